//! The state register behind a SOAP gateway: signed messages of WS-Security, as state gateways exchange them (IDX-1).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use http::header::CONTENT_TYPE;
use http::{Request, StatusCode};
use p256::pkcs8::DecodePrivateKey as _;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use senim_channel::Outbound;
use senim_channel::clock::{Clock, Rng};
use senim_core::id::{Iin, uuid};
use senim_soap::{Element, Expected, Head, Identity, MEDIA_TYPE, escaped, open, seal};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::source::{ANSWER_MAX, ANSWER_WITHIN, CONNECT_WITHIN, SourceError};
use super::{OutsideTls, outbound};

/// Of the elements in a body: tests/world/src/outside/register.wsdl.
pub const NAMESPACE: &str = "urn:senim:register:v1";

/// Signed messages of WS-Security.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SoapConfig {
    /// The platform's, PEM.
    pub certificate: PathBuf,
    /// Its key of P-256 as PKCS#8, PEM.
    pub key: PathBuf,
    /// The gateway's, PEM; several while one replaces another.
    pub gateway_certificates: Vec<PathBuf>,
}

pub struct SoapRegister {
    outbound: Outbound,
    url: String,
    identity: Identity,
    /// The gateway's certificates, in DER.
    gateway: Vec<Vec<u8>>,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
}

impl SoapRegister {
    /// # Errors
    /// A file that can't be read, or is no certificate or key of P-256.
    pub fn open(
        url: &str,
        tls: Option<&OutsideTls>,
        config: &SoapConfig,
        (clock, rng): (Arc<dyn Clock>, Arc<dyn Rng>),
    ) -> anyhow::Result<Self> {
        let outbound = outbound(tls, CONNECT_WITHIN)?;
        let pem = std::fs::read_to_string(&config.key)
            .with_context(|| format!("`{}` can't be read", config.key.display()))?;
        let key = p256::SecretKey::from_pkcs8_pem(&pem)
            .with_context(|| format!("`{}` is no PKCS#8 key of P-256", config.key.display()))?;
        let identity = Identity { key: key.into(), certificate: certificate(&config.certificate)? };
        let gateway = config.gateway_certificates.iter().map(|it| certificate(it));
        let gateway = gateway.collect::<Result<Vec<_>, _>>()?;
        anyhow::ensure!(!gateway.is_empty(), "`gateway_certificates` names none");
        let url = format!("{url}/source/soap");
        Ok(Self { outbound, url, identity, gateway, clock, rng })
    }

    /// The person's members as JSON; `None`: the register has no such person.
    pub(super) async fn ask(&self, iin: &Iin) -> Result<Option<Value>, SourceError> {
        let head = Head {
            message_id: format!("urn:uuid:{}", uuid(self.rng.id())),
            relates_to: None,
            created_at: self.clock.now(),
        };
        let body = format!(
            "<r:FindPerson xmlns:r=\"{NAMESPACE}\"><r:iin>{}</r:iin></r:FindPerson>",
            escaped(&iin.expose())
        );
        let message = seal(&body, &head, &self.identity)
            .map_err(|_| SourceError::Answer("the request can't be written"))?;
        let request = Request::post(&self.url)
            .header(CONTENT_TYPE, format!("{MEDIA_TYPE}; charset=utf-8"))
            .body(message.into())
            .map_err(|_| SourceError::Answer("the request can't be written"))?;
        let answer = self.outbound.send(request, ANSWER_WITHIN).await?;
        let status = answer.status();
        // A fault comes with 400 or 500 (SOAP 1.2 part 2, §7.5.2.2); its words may repeat the question.
        if status != StatusCode::OK {
            return Err(SourceError::Status(status));
        }
        if !answer.header(CONTENT_TYPE).is_some_and(|it| it.starts_with(MEDIA_TYPE)) {
            return Err(SourceError::Answer("its content type is not SOAP's"));
        }
        let answer = answer.body(ANSWER_MAX).await?;
        let text =
            std::str::from_utf8(&answer).map_err(|_| SourceError::Answer("it is not UTF-8"))?;
        let expected = Expected {
            certificates: &self.gateway,
            relates_to: Some(&head.message_id),
            now: self.clock.now(),
        };
        let opened = open(text, &expected)?;
        let is_answer =
            opened.body.namespace == NAMESPACE && opened.body.name == "FindPersonResponse";
        match (is_answer, opened.body.children.as_slice()) {
            (true, []) => Ok(None),
            (true, [person]) if person.name == "person" => Ok(Some(members(person))),
            _ => Err(SourceError::Answer("its body is not that of the contract")),
        }
    }
}

/// The register's JSON has the same names.
fn members(element: &Element) -> Value {
    let mut all = Map::new();
    for child in &element.children {
        let text = child.text.trim();
        let value = match (child.name.as_str(), text) {
            _ if !child.children.is_empty() => members(child),
            ("permanentResidence" | "capable", "true" | "1") => true.into(),
            ("permanentResidence" | "capable", "false" | "0") => false.into(),
            _ => text.into(),
        };
        all.insert(child.name.clone(), value);
    }
    all.into()
}

fn certificate(path: &Path) -> anyhow::Result<Vec<u8>> {
    let der = CertificateDer::from_pem_file(path)
        .map_err(|error| anyhow::anyhow!("`{}`: {error}", path.display()))?;
    Ok(der.to_vec())
}
