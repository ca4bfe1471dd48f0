//! The app's server towards Senim: the client of `edge/client`, over the participant's channel.

use std::time::Duration;

use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};
use rand::Rng as _;
use senim_channel::{Identity, Outbound, OutboundError};
use senim_client::{
    Client, ClientError, Credential, Key, Nonces, Presence, Pushed, Request, Server,
};
use senim_core::consent::{Asked, AskedIdentity, Data};
use senim_core::exchange::{Envelope, Route};
use senim_core::id::{Bin, ConsentId};
use senim_core::jose::JwkSet;
use senim_core::signals::{PolledSets, SetClaims};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::OnceCell;

use super::kept::Trouble;
use crate::clock;
use crate::settings::Settings;

const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// A token is renewed this long before it ends.
const RENEW_BEFORE_S: i64 = 10;

pub(super) struct Platform {
    issuer: String,
    edge_url: String,
    client_id: String,
    redirect_uri: String,
    key: Key,
    outbound: Outbound,
    /// Made when the platform is first needed, which may start after us.
    client: OnceCell<Client>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Tokens {
    access: String,
    access_ends_at: DateTime<Utc>,
    refresh: Option<String>,
    /// What the consent covers now: its client may have narrowed it.
    #[serde(default)]
    granted: Option<Granted>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Granted {
    #[serde(default)]
    pub(super) consent_id: Option<ConsentId>,
    pub(super) providers: Vec<Bin>,
    pub(super) data: Vec<Data>,
    #[serde(default)]
    pub(super) unattended: Option<serde_json::Value>,
}

impl Tokens {
    pub(super) fn granted(&self) -> Option<&Granted> {
        self.granted.as_ref()
    }

    pub(super) fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        (self.access_ends_at - now).num_seconds() > RENEW_BEFORE_S
    }
}

#[derive(Deserialize)]
struct PushedView {
    request_uri: String,
}

impl Platform {
    pub(super) fn open(settings: &Settings) -> Result<Self> {
        let consumer = &settings.consumer;
        let identity = Identity { certificate: &consumer.certificate, key: &consumer.key };
        let file = consumer.application_key.display().to_string();
        let pem = std::fs::read_to_string(&consumer.application_key);
        let key = Key::from_pem(&pem.with_context(|| file.clone())?).context(file)?;
        Ok(Self {
            issuer: settings.issuer.clone(),
            edge_url: settings.edge_url.clone(),
            client_id: consumer.client_id.clone(),
            redirect_uri: format!("{}/callback", settings.consumer_url),
            key,
            outbound: Outbound::https(&settings.ca, Some(identity), CONNECT_WITHIN)?,
            client: OnceCell::new(),
        })
    }

    pub(super) fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Pushes what is asked; what it was, and where to send the client's browser.
    pub(super) async fn push(&self, asked: &Asked, key: &Key) -> Result<(Pushed, String), Trouble> {
        let client = self.client().await?;
        let details = serde_json::to_value([asked]).map_err(|_| trouble("internal"))?;
        let pushed = client.push(&details, Some(key));
        let view: PushedView = sent(client, &pushed.request).await?.json().map_err(told)?;
        Ok((pushed, client.authorize_url(&view.request_uri)))
    }

    /// The same for authentication alone.
    pub(super) async fn push_authentication(
        &self,
        asked: &AskedIdentity,
        key: &Key,
    ) -> Result<(Pushed, String), Trouble> {
        let client = self.client().await?;
        let details = serde_json::to_value([asked]).map_err(|_| trouble("internal"))?;
        let pushed = client.push_authentication(&details, Some(key));
        let view: PushedView = sent(client, &pushed.request).await?.json().map_err(told)?;
        Ok((pushed, client.authorize_url(&view.request_uri)))
    }

    /// Trades the code of an authentication: the claims of the ID token, and what userinfo answers.
    pub(super) async fn authenticated(
        &self,
        code: &str,
        verifier: &str,
        nonce: &str,
        key: &Key,
    ) -> Result<(Value, Value), Trouble> {
        let client = self.client().await?;
        let answer = sent(client, &client.exchange(code, verifier, Some(key))).await?;
        let tokens = Client::tokens(&answer, Some(key)).map_err(told)?;
        let keys: JwkSet = sent(client, &client.keys()).await?.json().map_err(told)?;
        let id_token = client.id_token(&tokens, &keys, nonce).map_err(told)?;
        let userinfo = client.userinfo(&tokens.access_token, Some(key));
        let userinfo = userinfo.ok_or_else(|| trouble("internal"))?;
        let userinfo: Value = sent(client, &userinfo).await?.json().map_err(told)?;
        // OpenID Connect Core §5.3.2.
        if userinfo["sub"] != id_token.sub {
            return Err(trouble("id-token"));
        }
        let id_token = serde_json::to_value(id_token).map_err(|_| trouble("internal"))?;
        Ok((id_token, userinfo))
    }

    pub(super) async fn exchange(
        &self,
        code: &str,
        verifier: &str,
        key: &Key,
    ) -> Result<Tokens, Trouble> {
        let client = self.client().await?;
        tokens(client, &client.exchange(code, verifier, Some(key)), None, key).await
    }

    pub(super) async fn renew(&self, tokens_before: &Tokens, key: &Key) -> Result<Tokens, Trouble> {
        let Some(refresh) = &tokens_before.refresh else { return Err(trouble("token.expired")) };
        let client = self.client().await?;
        let request = client.refresh(refresh, Some(key));
        tokens(client, &request, Some(refresh.clone()), key).await
    }

    /// Gives the consent back.
    pub(super) async fn revoke(&self, tokens: &Tokens) -> Result<(), Trouble> {
        let client = self.client().await?;
        let token = tokens.refresh.as_ref().unwrap_or(&tokens.access);
        sent(client, &client.revoke(token)).await?;
        Ok(())
    }

    /// One read of the standard through the edge; `presence` of the client, where they are there.
    pub(super) async fn read<T: DeserializeOwned>(
        &self,
        route: &Route,
        (bank, presence): (Bin, Option<&Presence>),
        tokens: &Tokens,
        key: &Key,
    ) -> Result<Envelope<T>, Trouble> {
        let client = self.client().await?;
        let url = format!("{}{route}", self.edge_url);
        let request = client
            .read(&url, &tokens.access, Some(key))
            .with_header("senim-provider", &bank.to_string())
            .with_header("x-fapi-interaction-id", &interaction_id());
        let request = match presence {
            Some(presence) => request.attended(presence),
            None => request,
        };
        let answer = sent(client, &request).await?;
        answer.json().map_err(|_| trouble("provider.answer-invalid"))
    }

    /// Acknowledges what was handled; what is new, checked.
    pub(super) async fn events(&self, handled: &[String]) -> Result<Vec<SetClaims>, Trouble> {
        let client = self.client().await?;
        let polled = sent(client, &client.poll_events(handled)).await?;
        let sets: PolledSets = polled.json().map_err(told)?;
        if sets.sets.is_empty() {
            return Ok(Vec::new());
        }
        let keys = sent(client, &client.keys()).await?;
        client.events(&polled, &keys).map_err(told)
    }

    /// Attests that what was received under the event's consent is deleted now.
    pub(super) async fn attest(&self, event: &SetClaims) -> Result<(), Trouble> {
        let client = self.client().await?;
        let request = client.attest_deletion(event, clock::now());
        let request = request.ok_or_else(|| trouble("internal"))?;
        sent(client, &request).await?;
        Ok(())
    }

    async fn client(&self) -> Result<&Client, Trouble> {
        self.client
            .get_or_try_init(|| async {
                let server = Server::discover(&self.outbound, &self.issuer).await;
                let server = server.map_err(|error| match error {
                    ClientError::Issuer => told(error),
                    ClientError::Outbound(_)
                    | ClientError::Refused(_)
                    | ClientError::Answer(_)
                    | ClientError::Binding
                    | ClientError::IdToken(_)
                    | ClientError::Event => unreachable(&error),
                })?;
                Ok(Client {
                    server,
                    client_id: self.client_id.clone(),
                    redirect_uri: self.redirect_uri.clone(),
                    credential: Credential::PrivateKeyJwt(self.key.clone()),
                    outbound: self.outbound.clone(),
                    nonces: Nonces::default(),
                })
            })
            .await
    }
}

async fn tokens(
    client: &Client,
    request: &Request,
    refresh: Option<String>,
    key: &Key,
) -> Result<Tokens, Trouble> {
    let answer = sent(client, request).await?;
    let tokens = Client::tokens(&answer, Some(key)).map_err(told)?;
    let granted = tokens.authorization_details.first();
    let granted = granted.and_then(|it| serde_json::from_value(it.clone()).ok());
    let lifetime = chrono::TimeDelta::seconds(tokens.expires_in.clamp(0, 86_400));
    Ok(Tokens {
        access: tokens.access_token,
        access_ends_at: clock::now() + lifetime,
        refresh: tokens.refresh_token.or(refresh),
        granted,
    })
}

/// The answer to what went well.
async fn sent(client: &Client, request: &Request) -> Result<senim_client::Answer, Trouble> {
    let answer = client.send(request).await.map_err(|error| told(error.into()))?;
    answer.ok().map_err(told)
}

fn interaction_id() -> String {
    let it = format!("{:032x}", rand::rng().random::<u128>());
    format!("{}-{}-4{}-8{}-{}", &it[..8], &it[8..12], &it[13..16], &it[17..20], &it[20..])
}

fn told(error: ClientError) -> Trouble {
    match error {
        ClientError::Outbound(OutboundError::TooLarge) | ClientError::Answer(_) => {
            trouble("internal")
        }
        ClientError::Outbound(_) => unreachable(&error),
        ClientError::Refused(refusal) => {
            tracing::warn!(status = %refusal.status, code = refusal.code, "the platform refused");
            let status = refusal.status.as_u16();
            Trouble {
                code: refusal.code.unwrap_or_else(|| format!("status-{status}")),
                sentence: refusal.sentence.unwrap_or_default(),
            }
        }
        ClientError::Issuer => trouble("issuer"),
        ClientError::Binding => trouble("token.binding"),
        ClientError::Event => trouble("event"),
        ClientError::IdToken(why) => {
            tracing::warn!(why, "an ID token is not to be trusted");
            trouble("id-token")
        }
    }
}

fn unreachable(error: &ClientError) -> Trouble {
    tracing::warn!(%error, "the platform does not answer");
    trouble("platform.unreachable")
}

fn trouble(code: &str) -> Trouble {
    Trouble { code: code.to_owned(), sentence: String::new() }
}
