//! An application of a participant: its authentication method and redirect URIs.

use std::collections::BTreeSet;

use crate::id::Bin;
use crate::jose::JwkSet;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    pub client_id: String,
    pub bin: Bin,
    pub name: String,
    pub auth: ClientAuth,
    pub redirect_uris: BTreeSet<String>,
}

/// The two ways of FAPI 2.0 §5.3.2.1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientAuth {
    PrivateKeyJwt(JwkSet),
    /// The certificate's subject as RFC 4514 writes it (RFC 8705 §2.1.2): a renewed certificate keeps it.
    TlsClientAuth(String),
}
