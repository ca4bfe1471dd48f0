//! `senim health`: one request to the pages listener, with TLS where it has TLS.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use rustls::pki_types::ServerName;
use rustls::{ClientConnection, StreamOwned};
use senim_channel::client_config_pinned;
use senim_host::config::Config;

const WITHIN: Duration = Duration::from_secs(3);
const REQUEST: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

pub(crate) fn run(config: &Config) -> anyhow::Result<()> {
    let mut address = config.pages_listen;
    if address.ip().is_unspecified() {
        address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    let stream = TcpStream::connect_timeout(&address, WITHIN)
        .with_context(|| format!("can't connect to {address}"))?;
    stream.set_read_timeout(Some(WITHIN))?;
    let answer = match &config.pages_tls_certificate {
        None => ask(stream)?,
        Some(certificate) => {
            let tls = Arc::new(client_config_pinned(certificate)?);
            let name = ServerName::from(address.ip());
            ask(StreamOwned::new(ClientConnection::new(tls, name)?, stream))?
        }
    };
    ensure!(answer.starts_with("HTTP/1.1 200"), "the host is not well");
    println!("ok");
    Ok(())
}

fn ask(mut stream: impl Read + Write) -> anyhow::Result<String> {
    stream.write_all(REQUEST)?;
    let mut answer = Vec::new();
    // Only the first line is of interest, however the connection ends.
    let _ = stream.take(64 * 1024).read_to_end(&mut answer);
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
