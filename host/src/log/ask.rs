//! Asking witnesses for cosignatures (c2sp.org/tlog-witness).

use std::collections::BTreeMap;
use std::sync::PoisonError;
use std::time::Duration;

use http::{Request, StatusCode};
use senim_channel::OutboundError;
use senim_core::log::decimal;
use senim_core::log::note::{Note, Signature};
use senim_core::log::policy::Witness;
use senim_core::log::witness::AddCheckpoint;

use super::{Log, LogFailure};

const ANSWER_WITHIN: Duration = Duration::from_secs(5);
const ANSWER_MAX: usize = 64 * 1024;
/// A witness that has forgotten nothing needs one request; one that tells its size a second one.
const TRIES: u32 = 2;

/// The size that each witness cosigned last, by its name in the policy.
pub(super) type Witnessed = BTreeMap<String, u64>;

#[derive(Debug, thiserror::Error)]
enum Unsigned {
    #[error(transparent)]
    Log(#[from] LogFailure),
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    #[error(
        "it does not know this log: its operator has to add the log's key, which `senim journal key` prints"
    )]
    Unknown,
    #[error("it answered {0}")]
    Status(StatusCode),
    #[error("its answer has no genuine cosignature")]
    NotGenuine,
}

impl Log {
    /// Cosignatures of all witnesses that have an address; one that does not answer is logged and left out.
    pub(super) async fn cosignatures(
        &self,
        note: &Note,
        size: u64,
    ) -> Result<Vec<Signature>, LogFailure> {
        let witnesses = self.policy.witnesses.iter();
        let asked = witnesses.filter_map(|it| Some((it, it.url.as_deref()?)));
        let asking =
            asked.map(|(it, url)| async move { (it, self.cosignature(it, url, note, size).await) });
        let mut signatures = Vec::new();
        for (witness, outcome) in futures::future::join_all(asking).await {
            match outcome {
                Ok(signature) => signatures.push(signature),
                Err(Unsigned::Log(fork @ LogFailure::Fork(..))) => return Err(fork),
                Err(error) => {
                    tracing::warn!(witness = witness.name, %error, "a witness did not cosign");
                }
            }
        }
        Ok(signatures)
    }

    async fn cosignature(
        &self,
        witness: &Witness,
        url: &str,
        note: &Note,
        size: u64,
    ) -> Result<Signature, Unsigned> {
        let mut old = self.last_seen(&witness.name).unwrap_or(0).min(size);
        for _ in 0..TRIES {
            let proof = self.folder.prove_consistency(old, size)?;
            let body = AddCheckpoint { old, proof, note: note.clone() }.to_string();
            let request = Request::post(format!("{url}/add-checkpoint"))
                .body(body.into())
                .map_err(OutboundError::from)?;
            let answer = self.outbound.send(request, ANSWER_WITHIN).await?;
            let status = answer.status();
            let body = answer.body(ANSWER_MAX).await?;
            let body = str::from_utf8(&body).unwrap_or_default();
            match status {
                StatusCode::OK => {
                    let lines = body.lines().filter_map(|it| it.parse::<Signature>().ok());
                    let genuine = |it: &Signature| {
                        let alone = Note { text: note.text.clone(), signatures: vec![it.clone()] };
                        matches!(alone.signed_by(&witness.key), Ok(Some(_)))
                    };
                    let signature = lines.into_iter().find(genuine).ok_or(Unsigned::NotGenuine)?;
                    self.seen(&witness.name, size);
                    return Ok(signature);
                }
                StatusCode::CONFLICT => {
                    let seen = decimal(body.trim_end()).ok_or(Unsigned::Status(status))?;
                    self.seen(&witness.name, seen);
                    // It has more than we have, or has something else in the same place.
                    if seen > size || seen == old {
                        return Err(LogFailure::Fork(witness.name.clone(), seen).into());
                    }
                    old = seen;
                }
                StatusCode::UNPROCESSABLE_ENTITY => {
                    return Err(LogFailure::Fork(witness.name.clone(), old).into());
                }
                StatusCode::NOT_FOUND => return Err(Unsigned::Unknown),
                status => return Err(Unsigned::Status(status)),
            }
        }
        Err(Unsigned::Status(StatusCode::CONFLICT))
    }

    fn last_seen(&self, witness: &str) -> Option<u64> {
        let witnessed = self.witnessed.lock().unwrap_or_else(PoisonError::into_inner);
        witnessed.get(witness).copied()
    }

    fn seen(&self, witness: &str, size: u64) {
        let mut witnessed = self.witnessed.lock().unwrap_or_else(PoisonError::into_inner);
        witnessed.insert(witness.to_owned(), size);
    }
}
