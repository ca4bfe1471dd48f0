//! Reading a link's accounts, and ending the link where the client has ended the consent.

use std::time::Duration;

use senim_client::{Key, Presence};
use senim_core::exchange::{
    Account, AccountBalances, AccountId, AccountTransactions, Balance, Cursor, Envelope, Route,
};
use senim_core::id::Bin;
use serde::de::DeserializeOwned;

use tokio::time::interval;

use super::kept::{AccountRead, BankRead, Link, LinkState, Trouble, Wanted};
use super::platform::Tokens;
use super::{App, Parts};
use crate::clock;
use senim_core::consent::Data;

/// Transactions on a page of the app.
const PAGE: u16 = 30;

/// How often what may be read without the client is read.
const FRESH_FOR: Duration = Duration::from_hours(1);

/// Reads links of clients who are away, where they allowed it (OAPI-25).
pub(super) async fn keep_fresh(app: App) {
    let mut ticks = interval(FRESH_FOR);
    loop {
        ticks.tick().await;
        for link in app.kept.unattended() {
            if let Err(trouble) = app.read_link(&link, None).await {
                tracing::warn!(code = trouble.code, "a read without the client did not work");
            }
        }
    }
}

/// A link with its tokens and its key, for as long as one request of the client takes.
struct Reading<'a> {
    app: &'a Parts,
    presence: Option<&'a Presence>,
    key: Key,
    tokens: Tokens,
    /// What the consent covers as far as we know.
    wanted: Wanted,
}

impl Parts {
    /// Reads everything anew; what it finds is kept. An error is told only where no bank was reached.
    pub(super) async fn read_link(
        &self,
        link: &Link,
        presence: Option<&Presence>,
    ) -> Result<(), Trouble> {
        let Some(mut reading) = Reading::of(self, link, presence) else { return Ok(()) };
        let before = match &link.state {
            LinkState::Active { banks, .. } => banks.clone(),
            LinkState::Ended { .. } => Vec::new(),
        };
        let mut banks = Vec::new();
        let mut first = None;
        for &bank in &link.wanted.banks {
            let read = match reading.accounts(bank).await {
                Ok(accounts) => BankRead { bank, read_at: clock::now(), trouble: None, accounts },
                Err(trouble) if ends(&trouble) => {
                    self.end(link, &trouble);
                    return Err(trouble);
                }
                // The client has taken this bank out of the consent.
                Err(_) if !reading.wanted.banks.contains(&bank) => continue,
                Err(trouble) => {
                    first.get_or_insert_with(|| trouble.clone());
                    let old = before.iter().find(|it| it.bank == bank).cloned();
                    let old = old.unwrap_or_else(|| BankRead {
                        bank,
                        read_at: clock::now(),
                        trouble: None,
                        accounts: Vec::new(),
                    });
                    BankRead { trouble: Some(trouble), ..old }
                }
            };
            banks.push(read);
        }
        self.keep(link, reading, banks);
        first.map_or(Ok(()), Err)
    }

    pub(super) async fn read_transactions(
        &self,
        link: &Link,
        presence: &Presence,
        bank: Bin,
        id: &AccountId,
        cursor: Option<Cursor>,
    ) -> Result<Envelope<AccountTransactions>, Trouble> {
        let Some(mut reading) = Reading::of(self, link, Some(presence)) else {
            return Err(Trouble { code: "consent.ended".to_owned(), sentence: String::new() });
        };
        let route =
            Route::Transactions { id: id.clone(), from: None, to: None, limit: Some(PAGE), cursor };
        let read = reading.read(&route, bank).await;
        match &read {
            Err(trouble) if ends(trouble) => self.end(link, trouble),
            Ok(_) | Err(_) => {
                if let LinkState::Active { banks, .. } = &link.state {
                    self.keep(link, reading, banks.clone());
                }
            }
        }
        read
    }

    /// Without what the consent no longer covers, which is deleted by that (OAPI-5).
    fn keep(&self, link: &Link, reading: Reading<'_>, mut banks: Vec<BankRead>) {
        let Reading { tokens, wanted, .. } = reading;
        banks.retain(|it| wanted.banks.contains(&it.bank));
        if !wanted.data.contains(&Data::Balances) {
            for account in banks.iter_mut().flat_map(|it| &mut it.accounts) {
                account.balances.clear();
            }
        }
        self.kept.update(&link.id, wanted, LinkState::Active { tokens, banks });
    }

    pub(super) async fn give_back(&self, link: &Link) -> Result<(), Trouble> {
        let Some(reading) = Reading::of(self, link, None) else { return Ok(()) };
        self.platform.revoke(&reading.tokens).await?;
        self.end(link, &Trouble { code: "given-back".to_owned(), sentence: String::new() });
        Ok(())
    }

    /// The client has narrowed the consent: what it no longer covers goes.
    pub(super) async fn narrow(&self, link: &Link) -> Result<(), Trouble> {
        let Some(mut reading) = Reading::of(self, link, None) else { return Ok(()) };
        match reading.renew().await {
            Ok(()) => {
                let LinkState::Active { banks, .. } = &link.state else { return Ok(()) };
                self.keep(link, reading, banks.clone());
                Ok(())
            }
            Err(trouble) if ends(&trouble) => {
                self.end(link, &trouble);
                Ok(())
            }
            Err(trouble) => Err(trouble),
        }
    }

    /// What was read under the consent goes with it (OAPI-5).
    pub(super) fn end(&self, link: &Link, why: &Trouble) {
        tracing::info!(code = why.code, "a consent has ended; what was read under it is deleted");
        let ended = LinkState::Ended { code: why.code.clone(), ended_at: clock::now() };
        self.kept.update(&link.id, link.wanted.clone(), ended);
    }
}

impl<'a> Reading<'a> {
    fn of(app: &'a Parts, link: &Link, presence: Option<&'a Presence>) -> Option<Self> {
        let LinkState::Active { tokens, .. } = &link.state else { return None };
        let (key, tokens) = (Key::from_text(&link.key)?, tokens.clone());
        Some(Self { app, presence, key, tokens, wanted: link.wanted.clone() })
    }

    async fn accounts(&mut self, bank: Bin) -> Result<Vec<AccountRead>, Trouble> {
        let listed: Envelope<Vec<Account>> = self.read(&Route::Accounts, bank).await?;
        let mut accounts = Vec::new();
        for account in listed.data {
            let balances = self.balances(bank, &account.account_id).await?;
            accounts.push(AccountRead { account, balances });
        }
        Ok(accounts)
    }

    async fn balances(&mut self, bank: Bin, id: &AccountId) -> Result<Vec<Balance>, Trouble> {
        if !self.wanted.data.contains(&Data::Balances) {
            return Ok(Vec::new());
        }
        let answer: Envelope<AccountBalances> =
            self.read(&Route::Balances(id.clone()), bank).await?;
        Ok(answer.data.balances.into())
    }

    /// Renews the access token before it ends, and once more where the edge says that it has, or that the client has
    /// narrowed the consent.
    async fn read<T: DeserializeOwned>(
        &mut self,
        route: &Route,
        bank: Bin,
    ) -> Result<Envelope<T>, Trouble> {
        let platform = &self.app.platform;
        let mut renewed = false;
        if !self.tokens.is_fresh(clock::now()) {
            self.renew().await?;
            renewed = true;
        }
        let whose = (bank, self.presence);
        match platform.read(route, whose, &self.tokens, &self.key).await {
            Err(trouble) if renews(&trouble) && !renewed => {
                self.renew().await?;
                platform.read(route, whose, &self.tokens, &self.key).await
            }
            read => read,
        }
    }

    async fn renew(&mut self) -> Result<(), Trouble> {
        self.tokens = self.app.platform.renew(&self.tokens, &self.key).await?;
        if let Some(granted) = self.tokens.granted() {
            self.wanted.banks.retain(|it| granted.providers.contains(it));
            self.wanted.data.retain(|it| granted.data.contains(it));
            self.wanted.unattended &= granted.unattended.is_some();
        }
        Ok(())
    }
}

fn renews(trouble: &Trouble) -> bool {
    matches!(trouble.code.as_str(), "token.expired" | "consent.changed")
}

fn ends(trouble: &Trouble) -> bool {
    // `invalid_grant`: the refresh token is no longer good, and nothing else will be.
    matches!(
        trouble.code.as_str(),
        "consent.withdrawn"
            | "consent.expired"
            | "consent.ended"
            | "consent.ended-by-operator"
            | "consent.ended-by-platform"
            | "consent.given-back"
            | "consent.superseded"
            | "invalid_grant"
    )
}
