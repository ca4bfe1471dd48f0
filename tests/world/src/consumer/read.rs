//! Reading a link's accounts, and ending the link where the client has ended the consent.

use senim_client::Key;
use senim_core::exchange::{
    Account, AccountBalances, AccountId, AccountTransactions, Balance, Cursor, Envelope, Route,
};
use senim_core::id::Bin;
use serde::de::DeserializeOwned;

use super::kept::{AccountRead, BankRead, Link, LinkState, Trouble};
use super::platform::Tokens;
use super::{Parts, kept};
use crate::clock;
use senim_core::consent::Data;

/// Transactions on a page of the app.
const PAGE: u16 = 30;

/// A link with its tokens and its key, for as long as one request of the client takes.
struct Reading<'a> {
    app: &'a Parts,
    link: &'a Link,
    key: Key,
    tokens: Tokens,
}

impl Parts {
    /// Reads everything anew; what it finds is kept. An error is told only where no bank was reached.
    pub(super) async fn read_link(&self, link: &Link) -> Result<(), Trouble> {
        let Some(mut reading) = Reading::of(self, link) else { return Ok(()) };
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
        self.kept.update(&link.id, LinkState::Active { tokens: reading.tokens, banks });
        first.map_or(Ok(()), Err)
    }

    pub(super) async fn read_transactions(
        &self,
        link: &Link,
        bank: Bin,
        id: &AccountId,
        cursor: Option<Cursor>,
    ) -> Result<Envelope<AccountTransactions>, Trouble> {
        let Some(mut reading) = Reading::of(self, link) else {
            return Err(Trouble { code: "consent.ended".to_owned(), sentence: String::new() });
        };
        let route =
            Route::Transactions { id: id.clone(), from: None, to: None, limit: Some(PAGE), cursor };
        let read = reading.read(&route, bank).await;
        match &read {
            Err(trouble) if ends(trouble) => self.end(link, trouble),
            Ok(_) | Err(_) => {
                if let LinkState::Active { banks, .. } = &link.state {
                    let banks = banks.clone();
                    self.kept.update(&link.id, LinkState::Active { tokens: reading.tokens, banks });
                }
            }
        }
        read
    }

    pub(super) async fn give_back(&self, link: &Link) -> Result<(), Trouble> {
        let Some(reading) = Reading::of(self, link) else { return Ok(()) };
        self.platform.revoke(&reading.tokens).await?;
        self.end(link, &Trouble { code: "given-back".to_owned(), sentence: String::new() });
        Ok(())
    }

    /// What was read under the consent goes with it (OAPI-5).
    fn end(&self, link: &Link, why: &Trouble) {
        tracing::info!(code = why.code, "a consent has ended; what was read under it is deleted");
        let ended = LinkState::Ended { code: why.code.clone(), ended_at: clock::now() };
        self.kept.update(&link.id, ended);
    }
}

impl<'a> Reading<'a> {
    fn of(app: &'a Parts, link: &'a Link) -> Option<Self> {
        let kept::LinkState::Active { tokens, .. } = &link.state else { return None };
        Some(Self { app, link, key: Key::from_text(&link.key)?, tokens: tokens.clone() })
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
        if !self.link.wanted.data.contains(&Data::Balances) {
            return Ok(Vec::new());
        }
        let answer: Envelope<AccountBalances> =
            self.read(&Route::Balances(id.clone()), bank).await?;
        Ok(answer.data.balances.into())
    }

    /// Renews the access token before it ends, and once more where the edge says that it has.
    async fn read<T: DeserializeOwned>(
        &mut self,
        route: &Route,
        bank: Bin,
    ) -> Result<Envelope<T>, Trouble> {
        let platform = &self.app.platform;
        let mut renewed = false;
        if !self.tokens.is_fresh(clock::now()) {
            self.tokens = platform.renew(&self.tokens, &self.key).await?;
            renewed = true;
        }
        match platform.read(route, bank, &self.tokens, &self.key).await {
            Err(trouble) if trouble.code == "token.expired" && !renewed => {
                self.tokens = platform.renew(&self.tokens, &self.key).await?;
                platform.read(route, bank, &self.tokens, &self.key).await
            }
            read => read,
        }
    }
}

fn ends(trouble: &Trouble) -> bool {
    // `invalid_grant`: the refresh token is no longer good, and nothing else will be.
    matches!(
        trouble.code.as_str(),
        "consent.withdrawn" | "consent.expired" | "consent.ended" | "invalid_grant"
    )
}
