//! Installs Debian and Ubuntu packages, saying so first.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::command;
use crate::process::is_root;
use crate::say;

/// What a program comes from, and what it is wanted for.
pub(crate) struct Need {
    pub(crate) package: &'static str,
    pub(crate) purpose: &'static str,
    pub(crate) present: fn() -> bool,
}

pub(crate) const PIP: Need = Need {
    package: "python3-pip",
    purpose: "fetches models and photographs",
    present: || command::succeeds(Command::new("python3").args(["-m", "pip", "--version"])),
};
pub(crate) const VENV: Need = Need {
    package: "python3-venv",
    purpose: "foreign clients in Python",
    present: || command::succeeds(Command::new("python3").args(["-c", "import ensurepip, venv"])),
};
pub(crate) const QPDF: Need = Need {
    package: "qpdf",
    purpose: "checks consents as PDF",
    present: || command::on_path("qpdf").is_some(),
};
pub(crate) const POPPLER: Need = Need {
    package: "poppler-utils",
    purpose: "reads consents as PDF",
    present: || command::on_path("pdftotext").is_some(),
};
pub(crate) const OPENSSL: Need = Need {
    package: "openssl",
    purpose: "judges certificates, time stamps and signatures",
    present: || command::on_path("openssl").is_some(),
};
pub(crate) const SOFTHSM: Need = Need {
    package: "softhsm2",
    purpose: "keeps keys as an HSM does",
    present: || command::on_path("softhsm2-util").is_some(),
};
pub(crate) const ETCD: Need = Need {
    package: "etcd-server",
    purpose: "carries the nodes' stream in a test",
    present: || command::on_path("etcd").is_some(),
};
pub(crate) const ETCDCTL: Need = Need {
    package: "etcd-client",
    purpose: "looks into etcd in a test",
    present: || command::on_path("etcdctl").is_some(),
};
pub(crate) const NODE: Need = Need {
    package: "nodejs",
    purpose: "foreign clients in JavaScript",
    present: || command::on_path("node").is_some(),
};
pub(crate) const NPM: Need = Need {
    package: "npm",
    purpose: "fetches the liveness model",
    present: || command::on_path("npm").is_some(),
};
pub(crate) const CHROMIUM: Need = Need {
    package: "chromium",
    purpose: "walks the journeys",
    present: || {
        ["chromium", "chromium-browser", "google-chrome"]
            .iter()
            .any(|it| command::on_path(it).is_some())
    },
};
pub(crate) const CHROMEDRIVER: Need = Need {
    package: "chromium-driver",
    purpose: "drives Chromium",
    present: || {
        ["chromedriver", "chromium.chromedriver"].iter().any(|it| command::on_path(it).is_some())
    },
};

pub(crate) const FIREFOX: Need = Need {
    package: "firefox-esr",
    purpose: "walks the journeys",
    present: || Path::new("/usr/bin/firefox-esr").exists(),
};
pub(crate) const WEBKIT: Need = Need {
    package: "webkit2gtk-driver",
    purpose: "WebKit, walks the journeys",
    present: || command::on_path("WebKitWebDriver").is_some(),
};
/// What `WebKit` plays pictures with, and the screen that it draws on.
pub(crate) const WEBKIT_PARTS: [Need; 6] = [
    Need {
        package: "xvfb",
        purpose: "WebKit's screen",
        present: || command::on_path("Xvfb").is_some(),
    },
    Need {
        package: "xauth",
        purpose: "WebKit's screen",
        present: || command::on_path("xauth").is_some(),
    },
    Need {
        package: "dbus-daemon",
        purpose: "WebKit's processes talk by it",
        present: || command::on_path("dbus-run-session").is_some(),
    },
    Need {
        package: "gstreamer1.0-plugins-base",
        purpose: "WebKit's pictures",
        present: || has_plugin("libgstapp.so"),
    },
    Need {
        package: "gstreamer1.0-plugins-good",
        purpose: "WebKit's pictures",
        present: || has_plugin("libgstvideo4linux2.so"),
    },
    Need {
        package: "gstreamer1.0-plugins-bad",
        purpose: "WebKit's camera",
        present: || has_plugin("libgstmediacapture.so") || has_plugin("libgstvideoparsersbad.so"),
    },
];

fn has_plugin(file: &str) -> bool {
    ["x86_64-linux-gnu", "aarch64-linux-gnu"]
        .iter()
        .any(|it| Path::new(&format!("/usr/lib/{it}/gstreamer-1.0/{file}")).exists())
}

pub(crate) fn install(needs: &[Need]) -> Result<()> {
    let missing: Vec<&Need> = needs.iter().filter(|it| !(it.present)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    // Ubuntu's chromium packages are empty and point at a snap.
    if is_ubuntu() && missing.iter().any(|it| it.package.starts_with("chromium")) {
        bail!(
            "Chromium is missing, and Ubuntu has it as a snap only; run: sudo snap install chromium"
        );
    }
    let packages: Vec<&str> = missing.iter().map(|it| it.package).collect();
    if command::on_path("apt-get").is_none() {
        bail!("this machine has no apt-get; install what Debian calls: {}", packages.join(" "));
    }
    for it in &missing {
        say::line(format_args!("installing {} ({})", it.package, it.purpose));
    }
    let watch = say::Stopwatch::start();
    command::quietly(as_root("apt-get").args(["-q", "update"]))?;
    command::quietly(
        as_root("apt-get").args(["-q", "install", "-y", "--no-install-recommends"]).args(&packages),
    )?;
    if let Some(it) = missing.iter().find(|it| !(it.present)()) {
        bail!("{} was installed and what it brings is still not found", it.package);
    }
    say::done("Debian packages installed", &watch);
    Ok(())
}

fn as_root(program: &str) -> Command {
    let mut command = if is_root() { Command::new("env") } else { Command::new("sudo") };
    if !is_root() {
        command.arg("env");
    }
    command.args(["DEBIAN_FRONTEND=noninteractive", program]);
    command
}

fn is_ubuntu() -> bool {
    fs::read_to_string("/etc/os-release").is_ok_and(|it| it.lines().any(|line| line == "ID=ubuntu"))
}
