//! Function and security of a matching solution, line by line (BIO-4).

use senim_core::trial::{Check, Outcome};
use serde_json::Value;

use super::solution::{Tried, Vendor};

/// What a check needs: two pictures of one person, and one of another.
pub(super) struct Trio {
    pub(super) same: [Vec<u8>; 2],
    pub(super) other: Vec<u8>,
}

/// What the contract promises.
pub(super) fn function(tried: &Tried, trio: &Trio) -> Vec<Check> {
    let [a, b] = &trio.same;
    let like = tried.compare(&[a], b);
    let unlike = tried.compare(&[a], &trio.other);
    let twice = tried.compare(&[a], b);
    let several = tried.compare(&[a, b], b);
    let mut checks = vec![
        check(
            "two pictures of one person are more alike than of two people",
            matches!((&like, &unlike), (Ok(like), Ok(unlike)) if like > unlike),
            format!("{like:?} and {unlike:?}"),
        ),
        check("the same question gets the same answer", like == twice, format!("{twice:?}")),
        check("several pictures of one person are taken", several.is_ok(), format!("{several:?}")),
    ];
    if let Tried::Vendor(vendor) = tried {
        let health = vendor.get("healthz");
        checks.push(check(
            "`/healthz` answers ok",
            matches!(&health, Some((200, body)) if body.trim_ascii() == b"ok"),
            format!("{:?}", health.map(|it| it.0)),
        ));
    }
    checks
}

/// What a stranger may send, and what must come of it.
pub(super) fn security(tried: &Tried, trio: &Trio, container: Option<&str>) -> Vec<Check> {
    let [a, b] = &trio.same;
    let mut cut = a.clone();
    cut.truncate(a.len() / 3);
    let refused = |name: &str, probe: &[u8]| {
        let answer = tried.compare(&[probe], b);
        check(
            &format!("{name} is refused"),
            matches!(&answer, Err(it) if is_refusal(it)),
            format!("{answer:?}"),
        )
    };
    let mut checks = vec![
        refused("nothing at all", b""),
        refused("what is not a picture", b"GIF89a, or so it says"),
        refused("a cut JPEG", &cut),
        refused("a picture that claims 50 megapixels", &png_header(10_000, 5_000)),
        refused("six megabytes of noughts", &vec![0; 6 * 1024 * 1024]),
    ];
    if let Tried::Vendor(vendor) = tried {
        checks.extend(broken_requests(vendor));
    }
    let after = tried.compare(&[a], b);
    checks.push(check("answers as before after all that", after.is_ok(), format!("{after:?}")));
    match (tried, container) {
        (Tried::Builtin { .. }, _) => {}
        (Tried::Vendor(_), Some(name)) => checks.extend(contained(name)),
        (Tried::Vendor(_), None) => checks.push(Check {
            name: "runs without root, read-only and without a way out".to_owned(),
            outcome: Outcome::NotShown,
            seen: "no `--container` was named".to_owned(),
        }),
    }
    checks
}

fn broken_requests(vendor: &Vendor) -> Vec<Check> {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)).into_bytes();
    [
        ("no JSON", b"{\"request_id\":".to_vec()),
        ("JSON nested a hundred thousand deep", deep),
        (
            "a request without pictures",
            b"{\"request_id\":\"slr_00000000000000000000000000000001\",\"probes\":[]}".to_vec(),
        ),
        ("thirty megabytes", vec![b' '; 30 * 1024 * 1024]),
    ]
    .into_iter()
    .map(|(name, body)| {
        let answer = vendor.post("v1/match", body).map(|it| it.0);
        // A connection closed on too long a body is a refusal as well.
        let good = answer.is_none_or(|it| (400..500).contains(&it));
        check(&format!("{name} is refused"), good, format!("{answer:?}"))
    })
    .collect()
}

/// What `podman inspect` says of a running container (BIO-1).
fn contained(name: &str) -> Vec<Check> {
    let told = std::process::Command::new("podman").args(["inspect", name]).output();
    let told: Value = told
        .ok()
        .filter(|it| it.status.success())
        .and_then(|it| serde_json::from_slice(&it.stdout).ok())
        .unwrap_or_default();
    judged(&told[0])
}

fn judged(told: &Value) -> Vec<Check> {
    if told.is_null() {
        return vec![Check {
            name: "the container can be looked at".to_owned(),
            outcome: Outcome::NotShown,
            seen: "podman knows no such container".to_owned(),
        }];
    }
    let (user, host) = (&told["Config"]["User"], &told["HostConfig"]);
    let user = user.as_str().unwrap_or_default();
    let network = host["NetworkMode"].as_str().unwrap_or_default();
    let text = |it: &Value| it.to_string();
    vec![
        check(
            "does not run as root",
            !["", "0", "root", "0:0"].contains(&user),
            format!("user `{user}`"),
        ),
        check(
            "its root file system is read-only",
            host["ReadonlyRootfs"] == true,
            text(&host["ReadonlyRootfs"]),
        ),
        check("has no privileges", host["Privileged"] == false, text(&host["Privileged"])),
        check(
            "has no way out to a network",
            network == "none" || network.starts_with("internal"),
            network.to_owned(),
        ),
    ]
}

/// A problem's code has a full stop; a fault has none, and is no answer.
fn is_refusal(code: &str) -> bool {
    code.contains('.') && code != "internal"
}

fn check(name: &str, good: bool, seen: String) -> Check {
    let outcome = if good { Outcome::Passed } else { Outcome::Failed };
    Check { name: name.to_owned(), outcome, seen }
}

/// A PNG that claims these sides and holds nothing.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut chunk = b"IHDR".to_vec();
    chunk.extend(width.to_be_bytes());
    chunk.extend(height.to_be_bytes());
    chunk.extend([8, 2, 0, 0, 0]);
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
    bytes.extend(&chunk);
    bytes.extend(crc32(&chunk).to_be_bytes());
    bytes.extend(b"\0\0\0\0IDAT");
    bytes.extend(crc32(b"IDAT").to_be_bytes());
    bytes
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xedb8_8320 * (sum & 1)))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_container_that_could_reach_out_or_write_fails() {
        let outcomes = |user: &str, read_only: bool, network: &str| {
            let told = json!({
                "Config": { "User": user },
                "HostConfig": { "ReadonlyRootfs": read_only, "Privileged": false, "NetworkMode": network },
            });
            judged(&told).iter().map(|it| it.outcome == Outcome::Passed).collect::<Vec<_>>()
        };
        assert_eq!(outcomes("65532", true, "none"), [true; 4]);
        assert_eq!(outcomes("", false, "bridge"), [false, false, true, false]);
        assert_eq!(judged(&Value::Null)[0].outcome, Outcome::NotShown);
    }

    #[test]
    fn a_fault_is_no_refusal() {
        assert!(is_refusal("photo.no-face"));
        assert!(
            !is_refusal("unreachable") && !is_refusal("out-of-range") && !is_refusal("internal")
        );
    }
}
