//! Who relies on it can ask whether it is revoked, by HTTP, and can fetch its issuer.

use const_oid::db::rfc5912::{ID_AD_CA_ISSUERS, ID_AD_OCSP};
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName};
use x509_cert::ext::pkix::{AuthorityInfoAccessSyntax, CrlDistributionPoints};

use super::{About, Rule, holds};
use crate::profile::Profile;

pub(super) const RULE: Rule = Rule {
    name: "revocation-addresses",
    source: "RFC 5280 §4.2.1.13, §4.2.2.1, EN 319 412-2 §4.3.11, §4.4.1",
    check,
};

fn check(about: &About<'_>) -> Result<(), &'static str> {
    if about.profile == Profile::Root {
        return Ok(());
    }
    let (_, access) =
        about.read::<AuthorityInfoAccessSyntax>().ok_or("authority access is missing")?;
    let has = |method| {
        access.0.iter().any(|it| it.access_method == method && is_http(&it.access_location))
    };
    holds(has(ID_AD_CA_ISSUERS), "its issuer can't be fetched by http")?;
    if about.profile == Profile::Ocsp {
        return Ok(());
    }
    holds(has(ID_AD_OCSP), "nobody can be asked by http")?;
    let (_, points) = about.read::<CrlDistributionPoints>().ok_or("no CRL is named")?;
    let by_http = points.0.iter().any(|it| match &it.distribution_point {
        Some(DistributionPointName::FullName(names)) => names.iter().any(is_http),
        Some(DistributionPointName::NameRelativeToCRLIssuer(_)) | None => false,
    });
    holds(by_http, "no CRL can be fetched by http")
}

fn is_http(name: &GeneralName) -> bool {
    matches!(name, GeneralName::UniformResourceIdentifier(it) if it.as_str().starts_with("http://"))
}
