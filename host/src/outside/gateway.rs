//! The SMS gateway over HTTP.

use std::time::Duration;

use http::StatusCode;
use senim_channel::outbound::post_json;
use senim_channel::{ChannelError, Outbound, OutboundError};
use senim_core::id::MessageId;
use serde::Serialize;

use super::{OutsideTls, outbound};

const CONNECT_WITHIN: Duration = Duration::from_secs(2);
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub(crate) struct Gateway {
    outbound: Outbound,
    messages: String,
}

/// Says where it failed, never what was in the message or whose it was.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GatewayError {
    #[error("the gateway can't be reached: {0}")]
    Unreachable(#[from] OutboundError),
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
    pub(crate) fn open(url: &str, tls: Option<&OutsideTls>) -> Result<Self, ChannelError> {
        let outbound = outbound(tls, CONNECT_WITHIN)?;
        Ok(Self { outbound, messages: format!("{url}/sms/v1/messages") })
    }

    pub(crate) async fn send(
        &self,
        id: MessageId,
        to: &str,
        text: &str,
    ) -> Result<(), GatewayError> {
        let message = SendMessage { id, to, text };
        let request = post_json(&self.messages, &message)?;
        match self.outbound.send(request, ANSWER_WITHIN).await?.status() {
            StatusCode::ACCEPTED => Ok(()),
            status => Err(GatewayError::Status(status)),
        }
    }
}
