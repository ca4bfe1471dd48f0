//! A whole platform as processes on this machine: started for a test and stopped with it, or the running demo.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context as _, Result};
use senim_channel::{Identity, Outbound};
use senim_client::{Client, Credential, Key, Nonces, Server};
use serde::{Deserialize, Serialize};
use totp_rs::{Algorithm, Secret, TOTP};

use crate::client::browser::Person;
use crate::client::oauth::{OAuthClient, Tokens};
use crate::client::world::World;
use crate::client::{self, Answer, send};
use crate::clock;
use crate::leaks::Secrets;
use crate::pictures::People;

mod issuer;
mod material;
mod parts;
mod processes;

pub use issuer::IssuerKey;
pub use material::{Channel, Material};
pub use parts::Parts;
use processes::Processes;
pub use processes::free_ports;

/// How long a process may take until it answers.
const START_MAX: Duration = Duration::from_mins(1);

/// Where a platform is and what it was made of: `.senim/demo.json`, written by whoever started it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Described {
    /// What `senim-world setup` made: certificates, keys, configurations.
    pub dir: PathBuf,
    /// Portraits.
    pub people_dir: PathBuf,
    pub database: String,
    pub pids: Pids,
    /// What the processes print.
    pub logs: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Pids {
    pub host: u32,
    pub node: u32,
    pub world: u32,
}

pub struct Platform {
    pub described: Described,
    /// The pages' base URL.
    pub pages_url: String,
    pub issuer: String,
    pub edge_url: String,
    pub people: People,
    pub material: Material,
    /// What no log may hold.
    pub secrets: Secrets,
    running: Running,
}

#[derive(Clone)]
enum Running {
    /// Ours: stopped with the last of those who use it.
    Here(Arc<Mutex<Processes>>),
    /// Another program's, which starts again what dies; the file tells the new pids.
    Elsewhere(PathBuf),
}

impl Platform {
    /// Sets up and starts everything on free ports, in a folder of its own that goes with it.
    pub async fn start() -> Result<Self> {
        Self::start_with(&[]).await
    }

    /// With more words for `senim-world setup`.
    pub async fn start_with(more: &'static [&'static str]) -> Result<Self> {
        // Building and setting up are waited for outside of the runtime.
        let start = move || Processes::start(&Parts::find()?, more);
        let processes = tokio::task::spawn_blocking(start).await??;
        let described = processes.described.clone();
        let platform = Self::from(described, Running::Here(Arc::new(Mutex::new(processes))))?;
        if let Err(error) = platform.ready().await {
            eprintln!("{}", platform.tail());
            return Err(error);
        }
        Ok(platform)
    }

    /// The demo that this file describes.
    pub async fn attach(file: &Path) -> Result<Self> {
        let platform = Self::from(described(file)?, Running::Elsewhere(file.to_owned()))?;
        platform.ready().await?;
        Ok(platform)
    }

    fn from(described: Described, running: Running) -> Result<Self> {
        let material = Material::read(&described.dir)?;
        let secrets = Secrets::default();
        for person in [&material.person, &material.second_person] {
            remember(&secrets, person);
        }
        Ok(Self {
            secrets,
            pages_url: material.pages_url.clone(),
            issuer: material.issuer.clone(),
            edge_url: material.edge_url.clone(),
            people: People(described.people_dir.clone()),
            material,
            described,
            running,
        })
    }

    /// An HTTP client without a certificate.
    pub fn http(&self) -> Result<reqwest::Client> {
        client::http(&self.material.ca, None)
    }

    /// An HTTP client that shows this channel's certificate.
    pub fn http_as(&self, channel: &Channel) -> Result<reqwest::Client> {
        client::http(&self.material.ca, Some(&channel.pem))
    }

    pub fn world(&self) -> Result<World<'_>> {
        World::new(self)
    }

    /// The connections of the client of `edge/client`, over this channel or nobody's.
    pub fn outbound(&self, channel: Option<&Channel>) -> Result<Outbound> {
        let identity = channel.map(|it| Identity { certificate: &it.certificate, key: &it.key });
        Ok(Outbound::https(&self.material.ca_file, identity, Duration::from_secs(5))?)
    }

    /// The consumer's application that signs its assertions and binds its tokens to a DPoP key.
    pub fn consumer(&self) -> Result<OAuthClient<'_>> {
        let credential = Credential::PrivateKeyJwt(self.material.assertion_key.clone());
        Ok(OAuthClient {
            platform: self,
            client: Client {
                server: self.server(),
                client_id: self.material.client_id.clone(),
                redirect_uri: self.material.redirect_uri.clone(),
                credential,
                outbound: self.outbound(Some(&self.material.consumer))?,
                nonces: Nonces::default(),
            },
            dpop: Some(Key::generate()),
        })
    }

    /// The application whose credential is its certificate, and whose tokens are bound to it.
    pub fn consumer_by_certificate(&self) -> Result<OAuthClient<'_>> {
        Ok(OAuthClient {
            platform: self,
            client: Client {
                server: self.server(),
                client_id: self.material.client_id_by_certificate.clone(),
                redirect_uri: self.material.redirect_uri_by_certificate.clone(),
                credential: Credential::TlsClientAuth,
                outbound: self.outbound(Some(&self.material.by_certificate))?,
                nonces: Nonces::default(),
            },
            dpop: None,
        })
    }

    /// Where the endpoints are, as far as a test knows without asking.
    fn server(&self) -> Server {
        let at = |path: &str| format!("{}{path}", self.issuer);
        Server {
            issuer: self.issuer.clone(),
            authorization_endpoint: format!("{}/authorize", self.pages_url),
            token_endpoint: at("/token"),
            pushed_authorization_request_endpoint: at("/par"),
            revocation_endpoint: at("/revoke"),
            userinfo_endpoint: Some(at("/userinfo")),
        }
    }

    /// What the operator's authenticator shows (RFC 6238), or will show so many steps later.
    pub fn one_time_code(&self, ahead: u64) -> Result<String> {
        let secret = Secret::Encoded(self.material.operator.totp_secret.clone()).to_bytes();
        let secret = secret.map_err(|_| anyhow::anyhow!("the secret is not base32"))?;
        let totp = TOTP::new(Algorithm::SHA1, 6, 1, 30, secret)?;
        let code = totp.generate(u64::try_from(clock::now_s())? + 30 * ahead);
        self.secrets.add("one-time code", &code);
        Ok(code)
    }

    /// A client of the first provider, with at least two accounts there.
    pub fn person(&self) -> Result<Person> {
        Ok(self.material.person.clone())
    }

    pub fn second_person(&self) -> Result<Person> {
        Ok(self.material.second_person.clone())
    }

    /// A well-formed number that nobody has: born on the first of January 2090, as its digits say.
    pub fn free_iin(&self) -> String {
        let iin = loop {
            let digits = format!("9001016{:05}", rand::random::<u32>() % 100_000);
            if digits.parse::<senim_core::id::Iin>().is_ok() {
                break digits;
            }
        };
        self.secrets.add("IIN", &iin);
        iin
    }

    /// Reads until the edge refuses: what the platform decides reaches it within a second.
    pub async fn until_refused(&self, client: &OAuthClient<'_>, tokens: &Tokens) -> Result<Answer> {
        until(client, tokens, |answer| answer.status >= 400).await
    }

    pub async fn until_problem(
        &self,
        client: &OAuthClient<'_>,
        tokens: &Tokens,
        code: &str,
    ) -> Result<Answer> {
        until(client, tokens, |answer| answer.body["code"] == code).await
    }

    pub async fn until_answered(
        &self,
        client: &OAuthClient<'_>,
        tokens: &Tokens,
    ) -> Result<Answer> {
        until(client, tokens, |answer| answer.status == 200).await
    }

    pub async fn issuer_key(&self) -> Result<IssuerKey> {
        IssuerKey::open(self).await
    }

    /// What of the secrets stands in the logs.
    pub fn leaks(&self) -> Vec<String> {
        self.secrets.found_in(&self.logs())
    }

    /// Waits until each process answers and the node has heard from the platform.
    pub async fn ready(&self) -> Result<()> {
        clock::until("the host", START_MAX, async || self.host_answers().await).await?;
        clock::until("the outside world", START_MAX, async || {
            send(self.http()?.get(format!("{}/", self.material.outside_url))).await?.ok()
        })
        .await?;
        clock::until("the node", START_MAX, async || self.node_answers().await).await
    }

    async fn host_answers(&self) -> Result<Answer> {
        let url = format!("{}/.well-known/oauth-authorization-server", self.issuer);
        send(self.http()?.get(url)).await?.ok()
    }

    /// A node that has no fresh registry says so; any other refusal means that it has.
    async fn node_answers(&self) -> Result<()> {
        let http = self.http_as(&self.material.consumer)?;
        let url = format!("{}/account-information/v1/accounts", self.edge_url);
        let answer = send(http.get(url)).await?;
        anyhow::ensure!(answer.told() == "401 token.missing", "the node answers {}", answer.told());
        Ok(())
    }

    /// Kills the host as a failing machine would, without a word, and starts it again.
    pub async fn kill_host(&self) -> Result<()> {
        match &self.running {
            Running::Here(processes) => {
                let mut processes = processes.lock().map_err(|_| anyhow::anyhow!("poisoned"))?;
                processes.kill_host()?;
                processes.start_host()?;
            }
            Running::Elsewhere(file) => {
                let before = described(file)?.pids.host;
                processes::kill(before)?;
                clock::until("the host's restart", START_MAX, async || {
                    anyhow::ensure!(described(file)?.pids.host != before, "not started again yet");
                    Ok(())
                })
                .await?;
            }
        }
        self.ready().await
    }

    /// The same platform with somebody new in [`Platform::person`]'s place, so that others leave their consents alone.
    pub async fn with_somebody_new(&self) -> Result<Self> {
        let person = self.world()?.register().await?;
        Ok(Self {
            described: self.described.clone(),
            pages_url: self.pages_url.clone(),
            issuer: self.issuer.clone(),
            edge_url: self.edge_url.clone(),
            people: self.people.clone(),
            material: Material { person, ..Material::read(&self.described.dir)? },
            secrets: self.secrets.clone(),
            running: self.running.clone(),
        })
    }

    /// Makes the time of one `request_uri` or code run out: nobody waits five minutes.
    pub async fn age_authorization(&self, secret: &str) -> Result<()> {
        let hash = senim_core::jose::sha256_base64(secret.as_bytes());
        let aged = self
            .sql(&format!(
                "UPDATE authorization_request
                 SET expires_at = 1, code_expires_at = CASE WHEN code_expires_at IS NULL THEN NULL ELSE 1 END
                 WHERE request_uri_hash = '{hash}' OR code_hash = '{hash}'"
            ))
            .await?;
        anyhow::ensure!(aged == 1, "{aged} authorizations have that secret");
        Ok(())
    }

    /// Changes the store behind the host's back: the only way to make hours pass in a second.
    pub async fn sql(&self, text: &str) -> Result<u64> {
        use sqlx::Connection as _;
        sqlx::any::install_default_drivers();
        let mut connection = sqlx::AnyConnection::connect(&self.described.database).await?;
        let done =
            sqlx::query(sqlx::AssertSqlSafe(text.to_owned())).execute(&mut connection).await?;
        connection.close().await?;
        Ok(done.rows_affected())
    }

    /// Everything that the processes have printed.
    pub fn logs(&self) -> String {
        let read = |path: &PathBuf| std::fs::read(path).unwrap_or_default();
        let logs: Vec<_> = self.described.logs.iter().map(read).collect();
        String::from_utf8_lossy(&logs.concat()).into_owned()
    }

    /// The end of each log, for a failed test's reader.
    pub fn tail(&self) -> String {
        let mut told = String::new();
        for path in &self.described.logs {
            let text =
                String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned();
            let lines: Vec<_> = text.lines().collect();
            let last = lines[lines.len().saturating_sub(15)..].join("\n");
            let _ = writeln!(told, "--- {}\n{last}", path.display());
        }
        told
    }
}

/// The last answer, whether or not what was waited for came within five seconds.
async fn until(
    client: &OAuthClient<'_>,
    tokens: &Tokens,
    enough: impl Fn(&Answer) -> bool,
) -> Result<Answer> {
    let watch = clock::Stopwatch::start();
    loop {
        let answer = client.read(tokens, "/accounts").await?;
        if enough(&answer) || watch.elapsed() > Duration::from_secs(5) {
            return Ok(answer);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub(crate) fn remember(secrets: &Secrets, person: &Person) {
    secrets.add("IIN", &person.iin);
    secrets.add("phone", &person.phone);
    // The number without its country is as telling.
    secrets.add("phone", person.phone.trim_start_matches("+7"));
}

fn described(file: &Path) -> Result<Described> {
    let text = std::fs::read(file)
        .with_context(|| format!("read {}: is the demo running?", file.display()))?;
    Ok(serde_json::from_slice(&text)?)
}
