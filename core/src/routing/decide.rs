//! The gate's decision on one request, as a function of the request and of facts that it looks up.
//!
//! The checks, in this order; the caller gets the problem of the first that fails:
//!
//! 1. the edge's data from the platform is fresh (OAPI-5)
//! 2. the address is one of the standard's
//! 3. the certificate is an active participant's who is accredited as a consumer
//! 4. there is one token, of our type and an accepted algorithm, signed by the platform (RFC 9068 §4)
//! 5. the token is for this edge and valid now
//! 6. the token is the caller's: its consent's consumer, its application, its certificate (RFC 8705 §3)
//! 7. the `DPoP` proof is valid, made for this node, signed by the token's key and new (RFC 9449 §7, §9)
//! 8. the token's scope and its one consent are for account information
//! 9. the consent has neither expired nor ended (CNS-4)
//! 10. the provider is named and covered by the consent
//! 11. the purpose, where the request names one, is the consent's (CNS-1)
//! 12. account, data and dates are covered by the consent
//! 13. the client is there, or the consent covers reading without them (OAPI-25)
//! 14. the provider is active
//! 15. participant, application and consent have requests left (OAPI-18), and without the client those of the consent's day

use super::allowance::{Allowance, Left, Policy, Quota, Spent, exhausted, sentence};
use super::dpop::{self, Expected};
use super::presence::attended;
use super::token::{GrantedDetails, TokenClaims};
use crate::Timestamp;
use crate::consent::{DETAILS_TYPE, Data, Limits};
use crate::exchange::Route;
use crate::id::{Bin, ConsentId};
use crate::jose::{JoseError, Jwk, Jws};
use crate::problem::Problem;

/// How far a token's `iat` or `nbf` may lie ahead of the edge's clock (FAPI 2.0 §5.3.2.1).
const AHEAD_MAX_S: i64 = 60;

/// What the edge knows of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    pub now: Timestamp,
    /// Whether registry, status list and keys are fresh.
    pub fresh: bool,
    /// The platform: its issuer URL in tokens.
    pub issuer: &'a str,
    /// This edge: its URL in tokens and proofs.
    pub audience: &'a str,
    pub method: &'a str,
    pub path: &'a str,
    /// What follows `?`, or empty.
    pub query: &'a str,
    /// Thumbprint of the caller's certificate.
    pub certificate: Option<&'a str>,
    /// Every header of this name: two are as invalid as none.
    pub authorization: Vec<&'a str>,
    pub dpop: Vec<&'a str>,
    /// `Senim-Provider`.
    pub provider: Vec<&'a str>,
    /// `Senim-Purpose`.
    pub purpose: Vec<&'a str>,
    /// `x-fapi-auth-date` and `x-fapi-customer-ip-address`: the client is there.
    pub auth_date: Vec<&'a str>,
    pub ip_address: Vec<&'a str>,
}

/// The facts for a decision. Natively: the node's snapshot. In the component: its imports.
pub trait Facts {
    fn asker(&self, thumbprint: &str) -> Option<Asker>;
    /// Whether the participant has an application of this `client_id`.
    fn owns(&self, consumer: Bin, client_id: &str) -> bool;
    fn target(&self, provider: Bin) -> Option<Target>;
    /// Whether a key of the platform signed it.
    fn verify_token(&self, token: &Jws<'_>) -> bool;
    fn verify_proof(&self, key: &Jwk, proof: &Jws<'_>) -> bool;
    /// Whether this node gave out the nonce of a proof, lately.
    fn gave_nonce(&self, nonce: &str) -> bool;
    fn standing(&self, list: &str, index: u64) -> Standing;
    /// Remembers a proof until it is too old to be replayed.
    fn remember(&self, seen_as: &str, until: Timestamp) -> Memory;
    /// Takes one of each quota, or nothing: [`super::Counters::spend`].
    fn spend(&self, quotas: &[Quota]) -> Spent;
}

/// The participant of the certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asker {
    pub bin: Bin,
    pub active: bool,
    pub consumer: bool,
    pub allowance: Allowance,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub active: bool,
    pub provider: bool,
    pub base_url: Option<String>,
}

/// The status of a consent in the status list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Good,
    Ended,
    /// The client changed the consent, and a narrower one has taken its place.
    Changed,
    /// There is no list, or it does not reach that far.
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    New,
    Seen,
    Full,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub about: About,
    /// Of the request's quotas; empty if it was refused before they were counted.
    pub left: Vec<Left>,
    pub outcome: Result<Forward, Refusal>,
}

/// For the journal: what was known when the decision was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// The address's pattern; [`About::OTHER`] if it is not one of the standard's.
    pub route: String,
    pub consumer: Option<Bin>,
    pub consent: Option<ConsentId>,
    pub provider: Option<Bin>,
    pub data: Option<Data>,
    /// Whether the request said that the client was there; `None`: it was not looked at.
    pub attended: Option<bool>,
}

impl About {
    pub const OTHER: &str = "other";
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forward {
    pub base_url: String,
    /// Canonical, and narrowed to what the consent covers.
    pub path_and_query: String,
    /// Headers for the provider with the client and the consent. The only ones from the gate.
    pub headers: Vec<(String, String)>,
    /// The answer must be within these.
    pub limits: Limits,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub problem: Problem,
    /// A fixed sentence, never text of the request.
    pub detail: Option<String>,
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self { problem, detail: None }
    }
}

/// Whether to forward the request, and where to.
pub fn decide(request: &Request<'_>, facts: &impl Facts) -> Decision {
    let mut about = About { route: About::OTHER.to_owned(), ..About::default() };
    let mut left = Vec::new();
    let outcome = judge(request, facts, &mut about, &mut left);
    Decision { about, left, outcome }
}

fn judge(
    request: &Request<'_>,
    facts: &impl Facts,
    about: &mut About,
    left: &mut Vec<Left>,
) -> Result<Forward, Refusal> {
    if !request.fresh {
        return Err(Problem::EdgeStale.into());
    }
    let route = Route::parse(request.method, request.path, request.query)
        .map_err(|error| Refusal { problem: error.problem(), detail: Some(error.to_string()) })?;
    route.template().clone_into(&mut about.route);
    about.data = Some(route.data());

    let asker =
        request.certificate.and_then(|it| facts.asker(it)).ok_or(Problem::ParticipantUnknown)?;
    about.consumer = Some(asker.bin);
    if !asker.active {
        return Err(Problem::ParticipantSuspended.into());
    }
    if !asker.consumer {
        return Err(Problem::ParticipantNotConsumer.into());
    }

    let (scheme, token) = presented(&request.authorization)?;
    let claims = read(request, token, facts)?;
    check_owner(&claims, &asker, request, facts)?;
    check_possession(scheme, token, &claims, request, facts)?;

    let details = consent_of(&claims)?;
    about.consent = Some(details.consent_id);
    check_consent(details, &claims, request.now, facts)?;
    let provider = chosen(&request.provider, details)?;
    about.provider = Some(provider);
    check_purpose(&request.purpose, details)?;
    let route = route.within(&details.limits)?;
    let attended = attended(&request.auth_date, &request.ip_address, request.now)?;
    about.attended = Some(attended);
    let unattended = details.limits.unattended;
    if !attended && unattended.is_none() {
        return Err(Problem::ConsentUnattended.into());
    }
    let target = facts.target(provider).filter(|it| it.active && it.provider);
    let base_url = target.and_then(|it| it.base_url).ok_or(Problem::ProviderNotStanding)?;
    // Last, so that what is refused is not counted.
    let mut quotas = asker.allowance.quotas(asker.bin, &claims.client_id, details.consent_id);
    if let Some(unattended) = unattended.filter(|_| !attended) {
        let key = format!("{}/{provider}", details.consent_id);
        let limit = unattended.reads_a_day.into();
        quotas.push(Quota { policy: Policy::Unattended, key, limit });
    }
    let spent = facts.spend(&quotas);
    *left = spent.left;
    if !spent.admitted {
        return Err(exhausted(left).map_or_else(|| Problem::RateLimited.into(), used_up));
    }
    Ok(Forward {
        base_url: base_url.trim_end_matches('/').to_owned(),
        path_and_query: route.to_string(),
        headers: told(details, &asker),
        limits: details.limits.clone(),
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    Bearer,
    Dpop,
}

/// The one token and its scheme, which ignores case (RFC 9110 §11.1).
pub(crate) fn presented<'a>(authorization: &[&'a str]) -> Result<(Scheme, &'a str), Problem> {
    let header = match authorization {
        [] => return Err(Problem::TokenMissing),
        [one] => *one,
        [_, _, ..] => return Err(Problem::TokenMalformed),
    };
    let (scheme, token) = header.trim().split_once(' ').ok_or(Problem::TokenMalformed)?;
    let token = token.trim_start();
    if token.is_empty() {
        return Err(Problem::TokenMalformed);
    }
    if scheme.eq_ignore_ascii_case("Bearer") {
        Ok((Scheme::Bearer, token))
    } else if scheme.eq_ignore_ascii_case("DPoP") {
        Ok((Scheme::Dpop, token))
    } else {
        Err(Problem::TokenMissing)
    }
}

/// Steps 4 and 5.
fn read(request: &Request<'_>, token: &str, facts: &impl Facts) -> Result<TokenClaims, Problem> {
    let jws = Jws::parse(token).map_err(|error| match error {
        JoseError::Algorithm => Problem::TokenAlgorithm,
        JoseError::Malformed | JoseError::Key => Problem::TokenMalformed,
    })?;
    if !jws.is_type(TokenClaims::TYPE) {
        return Err(Problem::TokenMalformed);
    }
    if !facts.verify_token(&jws) {
        return Err(Problem::TokenSignature);
    }
    let claims: TokenClaims = jws.claims().map_err(|_| Problem::TokenMalformed)?;
    if claims.iss != request.issuer {
        return Err(Problem::TokenSignature);
    }
    if claims.aud != request.audience {
        return Err(Problem::TokenAudience);
    }
    let now = request.now.timestamp();
    if claims.exp <= now {
        return Err(Problem::TokenExpired);
    }
    let latest = now.saturating_add(AHEAD_MAX_S);
    if claims.iat > latest || claims.nbf.is_some_and(|nbf| nbf.0 > latest) {
        return Err(Problem::TokenEarly);
    }
    Ok(claims)
}

/// Step 6.
fn check_owner(
    claims: &TokenClaims,
    asker: &Asker,
    request: &Request<'_>,
    facts: &impl Facts,
) -> Result<(), Problem> {
    let other_consumer = claims.authorization_details.iter().any(|it| it.consumer != asker.bin);
    let other_certificate =
        claims.cnf.certificate.as_deref().is_some_and(|it| Some(it) != request.certificate);
    let unbound = claims.cnf.certificate.is_none() && claims.cnf.jkt.is_none();
    if other_consumer || other_certificate || unbound || !facts.owns(asker.bin, &claims.client_id) {
        return Err(Problem::TokenBinding);
    }
    Ok(())
}

/// Step 7.
fn check_possession(
    scheme: Scheme,
    token: &str,
    claims: &TokenClaims,
    request: &Request<'_>,
    facts: &impl Facts,
) -> Result<(), Problem> {
    let Some(thumbprint) = claims.cnf.jkt.as_deref() else {
        // This scheme needs a token bound to a key (RFC 9449 §7.1).
        return if scheme == Scheme::Dpop { Err(Problem::TokenBinding) } else { Ok(()) };
    };
    let proof = match (scheme, request.dpop.as_slice()) {
        // A bound token can't be used as a bearer token (RFC 9449 §7.2).
        (Scheme::Bearer, _) | (Scheme::Dpop, []) => return Err(Problem::DpopMissing),
        (Scheme::Dpop, [one]) => *one,
        (Scheme::Dpop, [_, _, ..]) => return Err(Problem::DpopInvalid),
    };
    let url = format!("{}{}", request.audience.trim_end_matches('/'), request.path);
    let expected = Expected {
        method: request.method,
        url: &url,
        access_token: Some(token),
        thumbprint: Some(thumbprint),
    };
    let proof = dpop::check(proof, expected, request.now)?;
    if !proof.nonce.as_deref().is_some_and(|it| facts.gave_nonce(it)) {
        return Err(Problem::DpopNonce);
    }
    if !facts.verify_proof(&proof.key, &proof.jws) {
        return Err(Problem::DpopInvalid);
    }
    match facts.remember(&proof.seen_as, proof.until) {
        Memory::New => Ok(()),
        Memory::Seen => Err(Problem::DpopReplayed),
        Memory::Full => Err(Problem::RateLimited),
    }
}

/// Step 8.
fn consent_of(claims: &TokenClaims) -> Result<&GrantedDetails, Problem> {
    if !claims.scope.split(' ').any(|word| word == TokenClaims::SCOPE) {
        return Err(Problem::ConsentData);
    }
    match claims.authorization_details.as_slice() {
        [one] if one.kind == DETAILS_TYPE => Ok(one),
        [] | [_] | [_, _, ..] => Err(Problem::TokenMalformed),
    }
}

/// Step 9.
fn check_consent(
    details: &GrantedDetails,
    claims: &TokenClaims,
    now: Timestamp,
    facts: &impl Facts,
) -> Result<(), Problem> {
    if details.expires_at.is_some_and(|end| end <= now.timestamp()) {
        return Err(Problem::ConsentExpired);
    }
    let place = &claims.status.status_list;
    match facts.standing(&place.uri, place.idx) {
        Standing::Good => Ok(()),
        Standing::Ended => Err(Problem::ConsentWithdrawn),
        Standing::Changed => Err(Problem::ConsentChanged),
        Standing::Unknown => Err(Problem::EdgeStale),
    }
}

/// Step 10.
fn chosen(named: &[&str], details: &GrantedDetails) -> Result<Bin, Problem> {
    match named {
        [] if details.providers.len() > 1 => Err(Problem::ProviderAmbiguous),
        [] => details.providers.first().copied().ok_or(Problem::ConsentProvider),
        [one] => {
            let bin: Bin = one.trim().parse().map_err(|_| Problem::RequestMalformed)?;
            if details.providers.contains(&bin) { Ok(bin) } else { Err(Problem::ConsentProvider) }
        }
        [_, _, ..] => Err(Problem::RequestMalformed),
    }
}

/// Step 11. A token that names no purpose was issued before tokens did.
fn check_purpose(named: &[&str], details: &GrantedDetails) -> Result<(), Problem> {
    match named {
        [] => Ok(()),
        [one] if details.purpose.is_none_or(|it| it.name() == one.trim()) => Ok(()),
        [_] => Err(Problem::ConsentPurpose),
        [_, _, ..] => Err(Problem::RequestMalformed),
    }
}

fn used_up(left: Left) -> Refusal {
    Refusal { problem: left.policy.problem(), detail: Some(sentence(left)) }
}

fn told(details: &GrantedDetails, asker: &Asker) -> Vec<(String, String)> {
    let mut headers = vec![
        ("senim-client".to_owned(), details.client.iin.expose()),
        ("senim-consumer".to_owned(), asker.bin.to_string()),
        ("senim-consent".to_owned(), details.consent_id.to_string()),
    ];
    if let Some(purpose) = details.purpose {
        headers.push(("senim-purpose".to_owned(), purpose.name().to_owned()));
    }
    if let Some(accounts) = &details.limits.accounts {
        let accounts: Vec<&str> = accounts.iter().map(String::as_str).collect();
        headers.push(("senim-accounts".to_owned(), accounts.join(",")));
    }
    headers
}

#[cfg(test)]
mod tests;
