//! The SMS gateway over HTTP.

use std::time::Duration;

use reqwest::StatusCode;
use senim_core::id::MessageId;
use serde::Serialize;

const CONNECT_WITHIN: Duration = Duration::from_secs(2);
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub(crate) struct Gateway {
    client: reqwest::Client,
    messages: String,
}

/// Says where it failed, never what was in the message or whose it was.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GatewayError {
    #[error("the gateway can't be reached: {0}")]
    Unreachable(reqwest::Error),
    #[error("the gateway answered {0}")]
    Status(StatusCode),
}

#[derive(Serialize)]
struct SendMessage<'a> {
    id: MessageId,
    to: &'a str,
    text: &'a str,
}

impl Gateway {
    pub(crate) fn open(url: &str) -> Result<Self, reqwest::Error> {
        // The client wants a provider even where it speaks plain HTTP; a second install changes nothing.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_WITHIN)
            .timeout(ANSWER_WITHIN)
            .build()?;
        Ok(Self { client, messages: format!("{url}/sms/v1/messages") })
    }

    pub(crate) async fn send(
        &self,
        id: MessageId,
        to: &str,
        text: &str,
    ) -> Result<(), GatewayError> {
        let message = SendMessage { id, to, text };
        let sent = self.client.post(&self.messages).json(&message).send().await;
        let response = sent.map_err(|error| GatewayError::Unreachable(error.without_url()))?;
        match response.status() {
            StatusCode::ACCEPTED => Ok(()),
            status => Err(GatewayError::Status(status)),
        }
    }
}
