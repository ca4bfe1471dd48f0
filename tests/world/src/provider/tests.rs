use std::collections::BTreeSet;
use std::path::PathBuf;

use senim_channel::{Identity, client_config};
use senim_core::consent::{Data, Limits};
use senim_core::exchange::{Account, AccountTransactions, BASE_PATH, Envelope, Next, check_answer};

use super::*;
use crate::cast;
use crate::settings::Settings;
use crate::setup;

#[tokio::test]
async fn every_answer_is_the_standards() {
    let bank = Running::start().await;
    let accounts: Envelope<Vec<Account>> = bank.read("/accounts", &[]).await;
    assert_eq!(accounts.data.len(), 3);
    for account in &accounts.data {
        let id = &account.account_id;
        for rest in ["", "/balances", "/transactions", "/transactions?limit=500"] {
            let address = format!("/accounts/{id}{rest}");
            assert_eq!(bank.judge(&address, &[]).await, Ok(()), "{address}");
        }
    }
    assert_eq!(bank.judge("/accounts", &[]).await, Ok(()));
}

#[tokio::test]
async fn pages_give_every_transaction_once_and_end() {
    let bank = Running::start().await;
    let accounts: Envelope<Vec<Account>> = bank.read("/accounts", &[]).await;
    let id = &accounts.data[0].account_id;
    let (mut next, mut seen, mut pages) =
        (format!("/accounts/{id}/transactions?limit=37"), vec![], 0);
    loop {
        assert_eq!(bank.judge(&next, &[]).await, Ok(()));
        let page: Envelope<AccountTransactions> = bank.read(&next, &[]).await;
        seen.extend(page.data.transactions.into_iter().map(|it| it.transaction_id));
        pages += 1;
        let Some(further) = page.links.next.as_ref().map(Next::as_str) else { break };
        next = further.strip_prefix(BASE_PATH).unwrap().to_owned();
    }
    let whole: Envelope<AccountTransactions> =
        bank.read(&format!("/accounts/{id}/transactions?limit=500"), &[]).await;
    let distinct: BTreeSet<_> = seen.iter().collect();
    assert!(pages > 5 && distinct.len() == seen.len());
    assert!(
        whole.data.transactions.iter().zip(&seen).all(|(one, other)| one.transaction_id == *other)
    );
}

#[tokio::test]
async fn only_the_node_reads_and_only_what_the_consent_names() {
    let bank = Running::start().await;
    for (certificate, status) in [("node", 200), ("consumer", 403), ("stranger", 403)] {
        let answer = bank.get_as(Some(certificate), "/accounts", &[]).await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{certificate}");
    }
    assert!(bank.get_as(Some("expired"), "/accounts", &[]).await.is_err());
    assert!(bank.get_as(None, "/accounts", &[]).await.is_err());

    let all: Envelope<Vec<Account>> = bank.read("/accounts", &[]).await;
    let (one, other) = (&all.data[0].account_id, &all.data[1].account_id);
    let only = [("senim-accounts", one.as_str())];
    let limited: Envelope<Vec<Account>> = bank.read("/accounts", &only).await;
    assert_eq!(limited.data.len(), 1);
    assert_eq!(bank.status(&format!("/accounts/{other}"), &only).await, 404);
    assert_eq!(bank.status("/accounts/no-such-account/balances", &[]).await, 404);
    assert_eq!(
        bank.status(&format!("/accounts/{one}/transactions?cursor=bm90aGluZw"), &[]).await,
        400
    );
    assert_eq!(bank.status("/accounts", &[("senim-client", "850614300421")]).await, 400);
    assert_eq!(bank.status("/loans", &[]).await, 404);
}

#[tokio::test]
async fn each_fault_is_one_that_the_edge_must_notice() {
    let bank = Running::start().await;
    let accounts: Envelope<Vec<Account>> = bank.read("/accounts", &[]).await;
    let address = format!("/accounts/{}/balances", accounts.data[0].account_id);
    for fault in
        [Fault::Error, Fault::Malformed, Fault::BeyondStandard, Fault::WrongAccount, Fault::Huge]
    {
        bank.faults.set(cast::QARLYGASH.bin(), fault);
        assert!(bank.judge(&address, &[]).await.is_err(), "{}", fault.name());
        assert!(bank.judge("/accounts", &[]).await.is_err(), "{}", fault.name());
    }
    bank.faults.set(cast::QARLYGASH.bin(), Fault::Down);
    assert!(bank.get_as(Some("node"), "/accounts", &[]).await.is_err());
    bank.faults.set(cast::QARLYGASH.bin(), Fault::None);
    assert_eq!(bank.judge(&address, &[]).await, Ok(()));
}

struct Running {
    dir: PathBuf,
    url: String,
    faults: Faults,
}

impl Running {
    async fn start() -> Self {
        let dir = setup::tests::made("provider");
        let mut settings = Settings::read(&dir).unwrap();
        let bank = &mut settings.providers[0];
        bank.listen.set_port(0);
        let faults = Faults::default();
        let (address, server) = serve(bank, &settings.ca, faults.clone()).await.unwrap();
        tokio::spawn(server);
        Self { dir, url: format!("https://localhost:{}{BASE_PATH}", address.port()), faults }
    }

    async fn get_as(
        &self,
        certificate: Option<&str>,
        address: &str,
        headers: &[(&str, &str)],
    ) -> reqwest::Result<reqwest::Response> {
        let files = certificate
            .map(|it| [self.dir.join(format!("{it}.pem")), self.dir.join(format!("{it}.key"))]);
        let identity = files.as_ref().map(|[certificate, key]| Identity { certificate, key });
        let tls = client_config(&self.dir.join("ca.pem"), identity).unwrap();
        let http = reqwest::Client::builder().use_preconfigured_tls(tls).no_proxy().build()?;
        let mut request = http.get(format!("{}{address}", self.url));
        if !headers.iter().any(|(name, _)| *name == "senim-client") {
            request = request.header("senim-client", cast::ALMAS.iin);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await
    }

    async fn status(&self, address: &str, headers: &[(&str, &str)]) -> u16 {
        self.get_as(Some("node"), address, headers).await.unwrap().status().as_u16()
    }

    async fn read<T: serde::de::DeserializeOwned>(
        &self,
        address: &str,
        headers: &[(&str, &str)],
    ) -> Envelope<T> {
        self.get_as(Some("node"), address, headers).await.unwrap().json().await.unwrap()
    }

    /// As the edge's gate judges it.
    async fn judge(
        &self,
        address: &str,
        headers: &[(&str, &str)],
    ) -> Result<(), senim_core::exchange::Fault> {
        let answer = self.get_as(Some("node"), address, headers).await.unwrap();
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let route = Route::parse("GET", &format!("{BASE_PATH}{path}"), query).unwrap();
        let limits = Limits {
            data: [Data::Accounts, Data::Balances, Data::Transactions].into(),
            accounts: None,
            transactions_from: None,
            unattended: None,
        };
        let status = answer.status().as_u16();
        let content_type = answer.headers().get("content-type").cloned();
        let content_type = content_type.as_ref().and_then(|it| it.to_str().ok());
        let body = answer.bytes().await.unwrap();
        check_answer(&route, &limits, status, content_type, &body)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}
