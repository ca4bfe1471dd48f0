//! A pushed request until it gets a code, and the code until it gets tokens.

use subtle::ConstantTimeEq as _;

use super::{CODE_LIFETIME, Denial, Pushed, REQUEST_LIFETIME};
use crate::Timestamp;
use crate::id::{AuthorizationId, ConsentId};
use crate::jose::sha256_base64;
use crate::problem::Problem;

#[derive(Clone, Debug, PartialEq)]
pub struct Authorization {
    pub id: AuthorizationId,
    pub client_id: String,
    pub pushed: Pushed,
    pub pushed_at: Timestamp,
    /// When the link expires.
    pub expires_at: Timestamp,
    pub stage: Stage,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    Pushed,
    Refused { ended_at: Timestamp },
    Granted(Code),
    Redeemed { code: Code, redeemed_at: Timestamp },
}

/// An issued code; only its hash is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    pub consent: ConsentId,
    pub hash: String,
    pub given_at: Timestamp,
    pub expires_at: Timestamp,
}

impl Authorization {
    pub fn push(id: AuthorizationId, client_id: String, pushed: Pushed, now: Timestamp) -> Self {
        let expires_at = now + REQUEST_LIFETIME;
        Self { id, client_id, pushed, pushed_at: now, expires_at, stage: Stage::Pushed }
    }

    /// Whether a browser may open the link now; it may do so repeatedly until the dialogue has ended.
    pub fn open(&self, client_id: &str, now: Timestamp) -> Result<(), Problem> {
        if self.client_id != client_id {
            return Err(Problem::AuthorizationUnknown);
        }
        match self.stage {
            Stage::Pushed if now >= self.expires_at => Err(Problem::AuthorizationExpired),
            Stage::Pushed => Ok(()),
            Stage::Refused { .. } | Stage::Granted(_) | Stage::Redeemed { .. } => {
                Err(Problem::AuthorizationUsed)
            }
        }
    }

    /// The client approved; `code_hash` is [`sha256_base64`] of the code that goes to the consumer.
    pub fn grant(
        self,
        consent: ConsentId,
        code_hash: String,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let Stage::Pushed = self.stage else { return Err(Problem::AuthorizationUsed) };
        let expires_at = now + CODE_LIFETIME;
        let code = Code { consent, hash: code_hash, given_at: now, expires_at };
        Ok(Self { stage: Stage::Granted(code), ..self })
    }

    pub fn refuse(self, now: Timestamp) -> Result<Self, Problem> {
        let Stage::Pushed = self.stage else { return Err(Problem::AuthorizationUsed) };
        Ok(Self { stage: Stage::Refused { ended_at: now }, ..self })
    }

    /// Exchanges the code. A failed attempt leaves the code unchanged;
    /// [`Problem::CodeReplayed`] means that the tokens issued for it must be revoked (RFC 6749 §4.1.2).
    pub fn redeem(
        self,
        client_id: &str,
        redirect_uri: Option<&str>,
        verifier: &str,
        now: Timestamp,
    ) -> Result<Self, Denial> {
        if self.client_id != client_id {
            return Err(Denial::grant(Problem::CodeUnknown));
        }
        let code = match self.stage {
            Stage::Granted(code) => code,
            Stage::Redeemed { .. } => return Err(Denial::grant(Problem::CodeReplayed)),
            Stage::Pushed | Stage::Refused { .. } => {
                return Err(Denial::grant(Problem::CodeUnknown));
            }
        };
        if now >= code.expires_at {
            return Err(Denial::grant(Problem::CodeExpired));
        }
        if redirect_uri.is_some_and(|it| it != self.pushed.redirect_uri) {
            return Err(Denial::grant(Problem::CodeUnknown));
        }
        check_verifier(verifier, &self.pushed.code_challenge)?;
        Ok(Self { stage: Stage::Redeemed { code, redeemed_at: now }, ..self })
    }
}

/// RFC 7636 §4.1, §4.6.
fn check_verifier(verifier: &str, challenge: &str) -> Result<(), Denial> {
    let unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    if !(43..=128).contains(&verifier.len()) || !verifier.bytes().all(unreserved) {
        return Err(Denial::request("code_verifier must be 43 to 128 unreserved characters"));
    }
    let made = sha256_base64(verifier.as_bytes());
    if bool::from(made.as_bytes().ct_eq(challenge.as_bytes())) {
        return Ok(());
    }
    Err(Denial::grant(Problem::CodeVerifier))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::GrantAction;
    use super::*;
    use crate::consent::{Asked, AskedClient, DETAILS_TYPE, Data, Limits, Purpose, PurposeCode};

    const VERIFIER: &str = "a-verifier-that-is-long-enough-to-be-one-0000000";

    // PARAttemptToUseExpiredRequestUri, PARAttemptReuseRequestUri, PAREnsureRequestUriIsBoundToClient.
    #[test]
    fn a_link_is_one_clients_until_its_end_or_its_time() {
        let pushed = pushed();
        assert_eq!(pushed.open("app", at(299)), Ok(()));
        assert_eq!(pushed.open("app", at(300)), Err(Problem::AuthorizationExpired));
        assert_eq!(pushed.open("other", at(0)), Err(Problem::AuthorizationUnknown));
        let refused = pushed.clone().refuse(at(1)).unwrap();
        assert_eq!(refused.open("app", at(2)), Err(Problem::AuthorizationUsed));
        assert_eq!(granted(&pushed).open("app", at(2)), Err(Problem::AuthorizationUsed));
    }

    // EnsureAuthorizationCodeIsBoundToClient, AttemptToUseExpiredAuthCode,
    // AttemptReuseAuthorizationCodeAfterOneSecond, PARIncorrectPKCECodeVerifierRejected.
    #[test]
    fn a_code_is_one_clients_once_for_a_minute_with_its_verifier() {
        let code = granted(&pushed());
        let told =
            |outcome: Result<Authorization, Denial>| outcome.map(|_| ()).map_err(|it| it.problem);
        let redeem = |client_id: &str, verifier: &str, second| {
            told(code.clone().redeem(client_id, Some("https://app/back"), verifier, at(second)))
        };
        assert_eq!(redeem("app", VERIFIER, 61), Err(Problem::CodeExpired));
        assert_eq!(redeem("other", VERIFIER, 2), Err(Problem::CodeUnknown));
        assert_eq!(redeem("app", &VERIFIER.replace('a', "b"), 2), Err(Problem::CodeVerifier));
        assert_eq!(redeem("app", "short", 2), Err(Problem::RequestMalformed));
        assert_eq!(redeem("app", VERIFIER, 60), Ok(()));
        let elsewhere = code.clone().redeem("app", Some("https://app/other"), VERIFIER, at(2));
        assert_eq!(told(elsewhere), Err(Problem::CodeUnknown));
        let redeemed = code.redeem("app", None, VERIFIER, at(2)).unwrap();
        // After its expiry a replay is still a replay, not an expired code.
        for second in [3, 3_000] {
            let again = redeemed.clone().redeem("app", None, VERIFIER, at(second));
            assert_eq!(told(again), Err(Problem::CodeReplayed));
        }
    }

    /// Every sequence of four moves: a code comes from one approval, and tokens from one exchange.
    #[test]
    fn nothing_is_given_twice() {
        type Move = fn(Authorization) -> Option<Authorization>;
        let moves: [Move; 3] = [
            |it| it.grant(ConsentId(1), "hash".to_owned(), at(1)).ok(),
            |it| it.refuse(at(1)).ok(),
            |it| it.redeem("app", None, VERIFIER, at(2)).ok(),
        ];
        for sequence in 0..moves.len().pow(4) {
            let mut authorization = pushed();
            let mut done = [0; 3];
            for turn in 0..4 {
                let choice = sequence / moves.len().pow(turn) % moves.len();
                if let Some(next) = moves[choice](authorization.clone()) {
                    authorization = next;
                    done[choice] += 1;
                }
            }
            let [grants, refusals, trades] = done;
            assert!(grants + refusals <= 1 && trades <= grants, "sequence {sequence}");
        }
    }

    fn granted(pushed: &Authorization) -> Authorization {
        pushed.clone().grant(ConsentId(1), "hash".to_owned(), at(1)).unwrap()
    }

    fn pushed() -> Authorization {
        let asked = Asked {
            kind: DETAILS_TYPE.to_owned(),
            client: AskedClient {
                iin: "900101300017".parse().unwrap(),
                phone: "+77010000001".parse().unwrap(),
            },
            providers: BTreeSet::from(["960440000151".parse().unwrap()]),
            limits: Limits {
                data: BTreeSet::from([Data::Accounts]),
                accounts: None,
                transactions_from: None,
                unattended: None,
            },
            purpose: Purpose { code: PurposeCode::AccountAggregation, text: None },
            term_days: None,
        };
        let pushed = Pushed {
            redirect_uri: "https://app/back".to_owned(),
            state: None,
            nonce: None,
            code_challenge: sha256_base64(VERIFIER.as_bytes()),
            dpop_jkt: None,
            asked: asked.into(),
            action: GrantAction::Create,
        };
        Authorization::push(AuthorizationId(1), "app".to_owned(), pushed, at(0))
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_timestamp(1_700_000_000 + second, 0).unwrap()
    }
}
