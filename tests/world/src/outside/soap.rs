//! The state register behind a SOAP gateway: register.wsdl.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use p256::pkcs8::DecodePrivateKey as _;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use senim_core::id::{Iin, uuid};
use senim_soap::{
    Expected, Head, Identity, MEDIA_TYPE, Opened, SOAP, SoapError, escaped, open, seal,
};
use serde_json::Value;

use super::{Outside, person};
use crate::clock;

const NAMESPACE: &str = "urn:senim:register:v1";

pub(super) async fn wsdl() -> Response {
    ([(header::CONTENT_TYPE, "text/xml; charset=utf-8")], include_str!("register.wsdl"))
        .into_response()
}

pub(super) async fn find(State(outside): State<Outside>, message: Bytes) -> Response {
    let keys = &outside.settings.gateway;
    let (Ok(identity), Ok(host)) =
        (identity(&keys.certificate, &keys.key), certificate(&keys.reader))
    else {
        return fault("Receiver", "the gateway has no keys");
    };
    let opened = match read(&message, &host) {
        Ok(opened) => opened,
        Err(why) => return fault("Sender", &why.to_string()),
    };
    let asked = Some(&opened.body)
        .filter(|it| it.namespace == NAMESPACE && it.name == "FindPerson")
        .and_then(|it| it.value("iin")?.parse::<Iin>().ok());
    let Some(iin) = asked else { return fault("Sender", "the body is no FindPerson with an IIN") };
    let Ok(found) = person::found(&outside, &iin) else {
        return fault("Receiver", "the photo of somebody who registered is missing");
    };
    let mut body = format!("<r:FindPersonResponse xmlns:r=\"{NAMESPACE}\">");
    if let Some(found) = found {
        element(&mut body, "person", &found);
    }
    body.push_str("</r:FindPersonResponse>");
    let head = Head {
        message_id: format!("urn:uuid:{}", uuid(rand::random())),
        relates_to: Some(opened.head.message_id),
        created_at: clock::now(),
    };
    match seal(&body, &head, &identity) {
        Ok(message) => ([(header::CONTENT_TYPE, content_type())], message).into_response(),
        Err(why) => fault("Receiver", &why.to_string()),
    }
}

fn read(message: &[u8], host: &[u8]) -> Result<Opened, SoapError> {
    let text = std::str::from_utf8(message).map_err(|_| SoapError::NotXml)?;
    let certificates = &[host.to_vec()];
    open(text, &Expected { certificates, relates_to: None, now: clock::now() })
}

/// The members of the JSON answer as elements.
fn element(out: &mut String, name: &str, value: &Value) {
    let _ = write!(out, "<r:{name}>");
    match value {
        Value::Object(members) => members.iter().for_each(|(name, it)| element(out, name, it)),
        Value::String(text) => out.push_str(&escaped(text)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
            let _ = write!(out, "{value}");
        }
    }
    let _ = write!(out, "</r:{name}>");
}

/// SOAP 1.2 part 1, §5.4.
fn fault(code: &str, reason: &str) -> Response {
    let status =
        if code == "Sender" { StatusCode::BAD_REQUEST } else { StatusCode::INTERNAL_SERVER_ERROR };
    let text = format!(
        "<soap:Envelope xmlns:soap=\"{SOAP}\"><soap:Body><soap:Fault><soap:Code><soap:Value>soap:{code}</soap:Value></soap:Code>\
         <soap:Reason><soap:Text xml:lang=\"en\">{}</soap:Text></soap:Reason></soap:Fault></soap:Body></soap:Envelope>",
        escaped(reason)
    );
    (status, [(header::CONTENT_TYPE, content_type())], text).into_response()
}

fn content_type() -> String {
    format!("{MEDIA_TYPE}; charset=utf-8")
}

fn identity(certificate_file: &Path, key_file: &Path) -> anyhow::Result<Identity> {
    let pem = std::fs::read_to_string(key_file).context("the gateway's key")?;
    let key = p256::SecretKey::from_pkcs8_pem(&pem)?;
    Ok(Identity { key: key.into(), certificate: certificate(certificate_file)? })
}

fn certificate(path: &Path) -> anyhow::Result<Vec<u8>> {
    Ok(CertificateDer::from_pem_file(path).map_err(|it| anyhow::anyhow!("{it}"))?.to_vec())
}
