//! The demo's small CA and the certificates that it gives out.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use chrono::{Datelike as _, Days, NaiveDate};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use senim_channel::PeerCertificate;

use super::files::{self, Secrecy};
use crate::cast::Organisation;

const DAYS: u64 = 3650;

/// A certificate and its key, as PEM files.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
    /// `x5t#S256` (RFC 8705 §3.1).
    pub(super) thumbprint: String,
    /// As RFC 4514 writes it.
    pub(super) subject: String,
}

pub(super) struct Authority {
    dir: PathBuf,
    issuer: Issuer<'static, KeyPair>,
    today: NaiveDate,
}

/// What a certificate is for.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Server,
    Client,
    /// A node is a server to consumers and a client to providers and the host.
    Both,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Term {
    Good,
    Past,
}

impl Authority {
    /// The CA in `ca.pem` and `ca.key`, made where there is none.
    pub(super) fn open(dir: &Path, today: NaiveDate) -> Result<Self> {
        let (certificate, key) = (dir.join("ca.pem"), dir.join("ca.key"));
        if !certificate.exists() || !key.exists() {
            let pair = KeyPair::generate()?;
            let mut params = CertificateParams::default();
            params.distinguished_name = name("Senim demo CA (a sample)", "Senim demo", None);
            params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
            params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
            within(&mut params, today, Term::Good)?;
            let made = params.self_signed(&pair)?;
            files::write(&key, pair.serialize_pem().as_bytes(), Secrecy::Secret)?;
            files::write(&certificate, made.pem().as_bytes(), Secrecy::Public)?;
        }
        let pair = KeyPair::from_pem(&fs::read_to_string(&key)?).context("ca.key")?;
        let issuer =
            Issuer::from_ca_cert_pem(&fs::read_to_string(&certificate)?, pair).context("ca.pem")?;
        Ok(Self { dir: dir.to_owned(), issuer, today })
    }

    /// `<file>.pem` and `<file>.key`, made where they are missing.
    pub(super) fn pair(
        &self,
        file: &str,
        organisation: &Organisation,
        purpose: Purpose,
        term: Term,
    ) -> Result<Pair> {
        let certificate = self.dir.join(format!("{file}.pem"));
        let key = self.dir.join(format!("{file}.key"));
        if !certificate.exists() || !key.exists() {
            let pair = KeyPair::generate()?;
            let names = match purpose {
                Purpose::Server | Purpose::Both => vec!["localhost", "127.0.0.1", "::1"],
                Purpose::Client => vec![],
            };
            let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
            let mut params = CertificateParams::new(names)?;
            params.distinguished_name =
                name(organisation.common_name, organisation.name, Some(organisation.bin));
            params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
            params.extended_key_usages = match purpose {
                Purpose::Server => vec![ExtendedKeyUsagePurpose::ServerAuth],
                Purpose::Client => vec![ExtendedKeyUsagePurpose::ClientAuth],
                Purpose::Both => {
                    vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth]
                }
            };
            params.use_authority_key_identifier_extension = true;
            within(&mut params, self.today, term)?;
            let made = params.signed_by(&pair, &self.issuer)?;
            files::write(&key, pair.serialize_pem().as_bytes(), Secrecy::Secret)?;
            files::write(&certificate, made.pem().as_bytes(), Secrecy::Public)?;
        }
        let PeerCertificate { thumbprint, subject, .. } = PeerCertificate::from_file(&certificate)?;
        Ok(Pair { certificate, key, thumbprint, subject })
    }
}

/// An organisation is known by its BIN, `OU=BIN…` (CA-9).
fn name(common_name: &str, organisation: &str, bin: Option<&str>) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CountryName, "KZ");
    name.push(DnType::OrganizationName, organisation);
    if let Some(bin) = bin {
        name.push(DnType::OrganizationalUnitName, format!("BIN{bin}"));
    }
    name.push(DnType::CommonName, common_name);
    name
}

fn within(params: &mut CertificateParams, today: NaiveDate, term: Term) -> Result<()> {
    let (from, to) = match term {
        Term::Good => (today - Days::new(1), today + Days::new(DAYS)),
        Term::Past => (today - Days::new(60), today - Days::new(2)),
    };
    let moment = |day: NaiveDate| -> Result<_> {
        Ok(date_time_ymd(day.year(), u8::try_from(day.month())?, u8::try_from(day.day())?))
    };
    params.not_before = moment(from)?;
    params.not_after = moment(to)?;
    Ok(())
}
