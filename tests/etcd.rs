//! A private etcd of one test: Debian's, over TLS with client certificates, its data in a folder of the test's.

use std::fs;
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use senim_host::outside::OutsideTls;
use senim_host::routing::EtcdConfig;
use senim_tests::hosted::Certificates;
use senim_tests::platform::free_ports;

pub(crate) struct Etcd {
    folder: PathBuf,
    ports: Vec<u16>,
    certificates: Certificates,
    running: Option<Child>,
}

impl Etcd {
    pub(crate) fn start(folder: &Path) -> Self {
        let certificates = Certificates::make(&folder.join("certificates")).expect("a CA");
        for name in ["etcd", "host"] {
            certificates.issue(name).expect("a certificate");
        }
        let ports = free_ports(2).expect("ports");
        let mut etcd = Self { folder: folder.to_owned(), ports, certificates, running: None };
        etcd.again();
        etcd
    }

    /// With the data that is there.
    pub(crate) fn again(&mut self) {
        let (clients, peers) = (self.url(), format!("http://127.0.0.1:{}", self.ports[1]));
        let log = fs::File::create(self.folder.join("etcd.log")).expect("a log");
        let mut command = Command::new("etcd");
        command
            .args(["--name", "test", "--initial-cluster-state", "new"])
            .args(["--listen-client-urls", &format!("https://127.0.0.1:{}", self.ports[0])])
            .args(["--advertise-client-urls", &clients])
            .args(["--listen-peer-urls", &peers, "--initial-advertise-peer-urls", &peers])
            .args(["--initial-cluster", &format!("test={peers}")])
            .arg("--data-dir")
            .arg(self.data())
            .arg("--cert-file")
            .arg(self.certificates.path("etcd", "pem"))
            .arg("--key-file")
            .arg(self.certificates.path("etcd", "key"))
            .arg("--trusted-ca-file")
            .arg(self.certificates.path("ca", "pem"))
            .arg("--client-cert-auth")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        // As etcd's own service file has it on processors it is not tested on.
        command.env("ETCD_UNSUPPORTED_ARCH", std::env::consts::ARCH.replace("aarch64", "arm64"));
        self.running = Some(command.spawn().expect("etcd is missing: `cargo xtask setup`"));
        for _ in 0..400 {
            if TcpStream::connect((Ipv4Addr::LOCALHOST, self.ports[0])).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        panic!("etcd does not start: see {}", self.folder.join("etcd.log").display());
    }

    pub(crate) fn kill(&mut self) {
        if let Some(mut running) = self.running.take() {
            running.kill().expect("it runs");
            running.wait().expect("it ends");
        }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    pub(crate) fn config(&self) -> EtcdConfig {
        EtcdConfig {
            urls: vec![self.url()],
            tls: Some(OutsideTls {
                ca: self.certificates.path("ca", "pem"),
                certificate: Some(self.certificates.path("host", "pem")),
                key: Some(self.certificates.path("host", "key")),
            }),
            prefix: "/test/".to_owned(),
        }
    }

    /// Debian's own client: its arguments, and what it says.
    pub(crate) fn etcdctl(&self, arguments: &[&str]) -> String {
        let said = Command::new("etcdctl")
            .env("ETCDCTL_API", "3")
            .args(["--endpoints", &self.url(), "--cacert"])
            .arg(self.certificates.path("ca", "pem"))
            .arg("--cert")
            .arg(self.certificates.path("host", "pem"))
            .arg("--key")
            .arg(self.certificates.path("host", "key"))
            .args(arguments)
            .output()
            .expect("etcdctl is missing: `cargo xtask setup`");
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        String::from_utf8_lossy(&said.stdout).into_owned()
    }

    fn url(&self) -> String {
        format!("https://localhost:{}", self.ports[0])
    }
}

impl Drop for Etcd {
    fn drop(&mut self) {
        self.kill();
    }
}
