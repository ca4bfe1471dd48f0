//! `senim operator add`, and the seed file's operators.

use senim_core::journal::{Actor, Event, Subject};
use senim_store::operator::NewOperator;
use senim_store::{self as store, StoreError};

use super::password;
use super::totp::Totp;
use crate::app::App;

#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    #[error("operator {name}: {why}")]
    Wrong { name: String, why: &'static str },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl senim_store::Failure for OperatorError {
    fn store(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            Self::Wrong { .. } => None,
        }
    }
}

/// Adds a console operator, unless the name is taken.
pub async fn add_operator(
    app: &App,
    name: &str,
    password: &str,
    totp_secret: &str,
) -> Result<(), OperatorError> {
    let known =
        app.store.read("operator.known", async |tx| store::operator::load(tx, name).await).await?;
    if known.is_some() {
        // Hashing a password is expensive.
        return Ok(());
    }
    let wrong = |why| OperatorError::Wrong { name: name.to_owned(), why };
    let readable = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b);
    if !(1..=40).contains(&name.len()) || !name.bytes().all(readable) {
        return Err(wrong("a name is 1 to 40 of a–z, 0–9, dot, dash, underscore"));
    }
    if password.chars().count() < 10 {
        return Err(wrong("a password has at least 10 characters"));
    }
    let totp = Totp::from_base32(totp_secret)
        .ok_or_else(|| wrong("totp_secret is base32 of at least 16 bytes"))?;
    let operator = NewOperator {
        name: name.to_owned(),
        password_hash: password::hash(&*app.rng, password),
        totp_sealed: app.sealer.seal(&*app.rng, "operator.totp", name, totp.secret()),
    };
    let now = app.now();
    app.store
        .transact("operator.add", async |tx| {
            if store::operator::add(tx, &operator).await? {
                let subject = Subject::Operator(operator.name.clone());
                let event = Event::OperatorAdded {};
                store::journal::append(tx, Actor::Platform, subject, event, now).await?;
            }
            Ok::<_, OperatorError>(())
        })
        .await
}
