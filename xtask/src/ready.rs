//! Waits until the demo's addresses answer.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::process::{self, Process};
use crate::say::Stopwatch;

const PATIENCE: Duration = Duration::from_mins(1);
const ONE_TRY: Duration = Duration::from_secs(2);

#[derive(Clone, Copy)]
pub(crate) enum Sign {
    /// `GET /healthz` answers 200 over plain HTTP.
    Health,
    /// TLS with client certificates: that it accepts is enough here.
    Accepts,
}

#[derive(Clone, Copy)]
pub(crate) struct Address {
    pub(crate) what: &'static str,
    pub(crate) port: u16,
    pub(crate) sign: Sign,
}

pub(crate) fn wait(
    addresses: &[Address],
    processes: &mut [Process],
    stop: &AtomicBool,
) -> Result<()> {
    let watch = Stopwatch::start();
    for address in addresses {
        while !answers(*address) {
            for it in processes.iter_mut() {
                it.must_run()?;
            }
            if process::is_set(stop) {
                return Ok(());
            }
            if watch.elapsed() > PATIENCE {
                let tails: Vec<String> =
                    processes.iter().map(|it| format!("{}:\n{}", it.name, it.log_tail())).collect();
                bail!(
                    "{} (port {}) does not answer after {} s. The logs end:\n{}",
                    address.what,
                    address.port,
                    PATIENCE.as_secs(),
                    tails.join("\n")
                );
            }
            thread::sleep(Duration::from_millis(50));
        }
    }
    Ok(())
}

pub(crate) fn is_taken(port: u16) -> bool {
    connect(port).is_some()
}

fn answers(address: Address) -> bool {
    let Some(mut stream) = connect(address.port) else {
        return false;
    };
    match address.sign {
        Sign::Accepts => true,
        Sign::Health => {
            let request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            let mut start = [0; 12];
            stream.set_read_timeout(Some(ONE_TRY)).is_ok()
                && stream.write_all(request.as_bytes()).is_ok()
                && stream.read_exact(&mut start).is_ok()
                && start.ends_with(b"200")
        }
    }
}

fn connect(port: u16) -> Option<TcpStream> {
    TcpStream::connect_timeout(&SocketAddr::from(([127, 0, 0, 1], port)), ONE_TRY).ok()
}
