//! Judges a check again from its evidence: from the kept numbers, and from the frames themselves (DSP-1).

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use senim_channel::verify_jws;
use senim_core::jose::{JwkSet, Jws, to_base64};
use senim_core::json;
use senim_core::liveness::pack::Pack;
use senim_core::liveness::{Question, Verdict};
use serde_json::Value;

use super::export::{BUNDLE, PACK, SEAL, SESSION, Seal};
use super::judge::{Judge, JudgeError};
use senim_core::evidence::bundle::{Bundle, Packed, VERSION};
use senim_core::evidence::front::FrontBundle;
use senim_core::id::SessionId;
use senim_core::jose::sha256;
use senim_faces::FILES;

/// The result of a replay. It confirms the evidence if there are no complaints.
#[derive(Debug, Default)]
pub struct Report {
    pub kept: Option<Verdict>,
    /// From the kept facts.
    pub of_facts: Option<Verdict>,
    /// From the frames.
    pub of_frames: Option<Verdict>,
    /// The greatest difference between kept facts and facts computed now, for each kind of number.
    pub differences: BTreeMap<String, f64>,
    pub notes: Vec<String>,
    pub complaints: Vec<String>,
}

impl Report {
    pub fn upholds(&self) -> bool {
        self.complaints.is_empty()
    }

    fn complain_unless(&mut self, holds: bool, complaint: impl Into<String>) {
        if !holds {
            self.complaints.push(complaint.into());
        }
    }
}

/// `keys`: the platform's, from `/jwks`; without them the signature is not checked, which the report notes.
pub fn replay(
    folder: &Path,
    judge: &Judge,
    models_dir: &Path,
    keys: Option<&JwkSet>,
) -> anyhow::Result<Report> {
    let read = |name: &str| {
        let path = folder.join(name);
        fs::read(&path).with_context(|| format!("`{}` can't be read", path.display()))
    };
    let mut report = Report::default();
    let bytes = read(BUNDLE)?;
    let pack = folder.join(PACK).exists().then(|| read(PACK)).transpose()?;
    let files = (bytes.as_slice(), read(SESSION)?, pack.as_deref());
    if let Ok(bundle) = json::read::<FrontBundle>(&bytes) {
        let check = (bundle.session, bundle.check);
        sealed(&mut report, &read(SEAL)?, keys, check, files)?;
        of_another(&mut report, &bundle, pack.as_deref());
        return Ok(report);
    }
    let bundle: Bundle = json::read(&bytes)
        .with_context(|| format!("{BUNDLE} is not a bundle of version {VERSION}"))?;
    let check = (bundle.session, bundle.check);
    sealed(&mut report, &read(SEAL)?, keys, check, files)?;
    report.complain_unless(
        bundle.code.judge == judge.digest(),
        format!(
            "another judge made the verdict: {}, this one is {}",
            bundle.code.judge,
            judge.digest()
        ),
    );
    report.kept.clone_from(&bundle.verdict);
    from_facts(&mut report, &bundle, judge);
    match &pack {
        Some(pack) => from_frames(&mut report, &bundle, pack, judge, models_dir)?,
        None => report.notes.push("the frames are no longer kept".to_owned()),
    }
    Ok(report)
}

/// The platform's signature over the files.
fn sealed(
    report: &mut Report,
    seal: &[u8],
    keys: Option<&JwkSet>,
    check: (SessionId, u8),
    (bytes, facts, pack): (&[u8], Vec<u8>, Option<&[u8]>),
) -> anyhow::Result<()> {
    let text = std::str::from_utf8(seal).with_context(|| format!("{SEAL} is not text"))?;
    let jws = Jws::parse(text.trim()).ok().with_context(|| format!("{SEAL} is not a JWS"))?;
    let seal: Seal = json::read(&jws.payload)
        .with_context(|| format!("the claims of {SEAL} have another format"))?;
    match keys {
        Some(keys) => {
            report
                .complain_unless(verify_jws(&jws, keys), "no key of the platform signed the seal");
        }
        None => report.notes.push("the seal's signature is not checked without keys".to_owned()),
    }
    let subject = (seal.session, seal.check) == check;
    report.complain_unless(subject, "the seal is of another check");
    report
        .complain_unless(seal.bundle == sha256(bytes), "the bundle is not the one that was sealed");
    report.complain_unless(
        seal.session_facts == sha256(&facts),
        "the facts of the session are not those that were sealed",
    );
    report.complain_unless(
        seal.pack == pack.map(sha256),
        "the pack of frames is not the one that was sealed",
    );
    Ok(())
}

/// A verdict of another solution's: its engine and its pack are that vendor's. What can be checked is that the portraits are those
/// that were kept and matched.
fn of_another(report: &mut Report, bundle: &FrontBundle, pack: Option<&[u8]>) {
    let FrontBundle { solution, request, .. } = bundle;
    report.notes.push(format!(
        "the verdict is of the solution `{solution}` (request {request}), which filmed and judged with its own engine: the judge \
         can't repeat it"
    ));
    if let Some(software) = &bundle.software {
        report.notes.push(format!("it said that it was {} {}", software.name, software.version));
    }
    match (&bundle.verdict, &bundle.fault) {
        (Some(verdict), fault) => {
            let said = if verdict.live { "live" } else { "not live" };
            let reasons = &verdict.reasons;
            report.notes.push(format!("its verdict: {said}, reasons {reasons:?}"));
            if let Some(fault) = fault {
                report.notes.push(format!("the check failed by its fault: {fault}"));
            }
        }
        (None, Some(fault)) => report.notes.push(format!("it gave no valid verdict: {fault}")),
        (None, None) => report.notes.push("no pack reached it".to_owned()),
    }
    let kept = bundle.verdict.as_ref().and_then(|it| it.portraits.as_ref());
    match (kept, pack) {
        (Some(kept), Some(bytes)) => {
            let same = Pack::read_any(bytes).is_ok_and(|pack| {
                bundle.is_bound(&pack.nonce) && Packed::of(bytes, &pack) == *kept
            });
            report.complain_unless(same, "the portraits are not those that were matched");
        }
        (Some(_), None) => report.notes.push("the portraits are no longer kept".to_owned()),
        (None, Some(_)) => {
            report.complaints.push("no portraits were kept of this check".to_owned());
        }
        (None, None) => {}
    }
}

fn from_facts(report: &mut Report, bundle: &Bundle, judge: &Judge) {
    let Some(kept) = &bundle.verdict else {
        report.notes.push(format!("there was nothing to judge: {}", bundle.outcome));
        return;
    };
    match judge.verdict(&bundle.question) {
        Ok(verdict) => {
            report.complain_unless(verdict == *kept, "the kept facts lead to another verdict");
            report.of_facts = Some(verdict);
        }
        Err(error) => report.complaints.push(format!("the kept facts can't be judged: {error}")),
    }
}

fn from_frames(
    report: &mut Report,
    bundle: &Bundle,
    bytes: &[u8],
    judge: &Judge,
    models_dir: &Path,
) -> anyhow::Result<()> {
    let pack = match Pack::read(bytes, &bundle.question.challenge.nonce) {
        Ok(pack) => pack,
        Err(error) => {
            report.complaints.push(format!("the pack does not read: {error}"));
            return Ok(());
        }
    };
    let link = to_base64(&pack.link) == bundle.packed.link;
    report.complain_unless(link, "the chain of digests ends elsewhere");
    report.complain_unless(
        Packed::of(bytes, &pack) == bundle.packed,
        "the frames are not those that were judged",
    );
    report.complain_unless(
        pack.about == bundle.question.about,
        "the account of the camera is not the one that was judged",
    );
    let nets = nets(report, bundle, models_dir)?;
    let seen = match judge.look(&nets, bytes) {
        Ok(seen) => seen,
        Err(JudgeError::Answer(problem)) => {
            let same = bundle.verdict.is_none() && problem == bundle.outcome;
            report.complain_unless(same, format!("the frames can't be judged: {problem}"));
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    if bundle.verdict.is_none() {
        // An empty pack is refused before the nets run.
        let same = seen.is_empty();
        report.complain_unless(same, "the frames could be judged after all");
        return Ok(());
    }
    let (kept, found) =
        (serde_json::to_value(&bundle.question.seen)?, serde_json::to_value(&seen)?);
    let mut apart = Apart::default();
    apart.compare(&kept, &found, &mut Vec::new());
    report.complain_unless(
        apart.otherwise.is_none(),
        format!("something else is seen: {}", apart.otherwise.unwrap_or_default()),
    );
    report.differences = apart.greatest;
    let verdict = judge.verdict(&Question { seen, ..bundle.question.clone() })?;
    // The order of two nearly equal portraits may differ between processors; the decision may not.
    let decided = |it: &Verdict| (it.live, it.reasons.clone(), it.signals.clone());
    let same = bundle.verdict.as_ref().is_some_and(|kept| decided(kept) == decided(&verdict));
    report.complain_unless(same, "the frames lead to another verdict");
    report.of_frames = Some(verdict);
    Ok(())
}

/// The nets by name; each must be the one used for the verdict.
fn nets(
    report: &mut Report,
    bundle: &Bundle,
    models_dir: &Path,
) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let mut nets = Vec::new();
    for (net, file) in FILES {
        let path: PathBuf = models_dir.join(file);
        let bytes =
            fs::read(&path).with_context(|| format!("`{}` can't be read", path.display()))?;
        report.complain_unless(
            bundle.code.nets.get(net.name()) == Some(&sha256(&bytes)),
            format!("`{file}` is not the net that judged"),
        );
        nets.push((net.name().to_owned(), bytes));
    }
    Ok(nets)
}

/// The differences between two JSON documents of one shape.
#[derive(Default)]
struct Apart {
    /// By path, without list indexes.
    greatest: BTreeMap<String, f64>,
    /// Paths where values other than numbers differ.
    otherwise: Option<String>,
}

impl Apart {
    fn compare(&mut self, one: &Value, other: &Value, path: &mut Vec<String>) {
        match (one, other) {
            (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
                one.iter().zip(other).for_each(|(one, other)| self.compare(one, other, path));
            }
            (Value::Object(one), Value::Object(other)) if one.len() == other.len() => {
                for (key, one) in one {
                    path.push(key.clone());
                    self.compare(one, other.get(key).unwrap_or(&Value::Null), path);
                    path.pop();
                }
            }
            (Value::Number(one), Value::Number(other)) => {
                let (one, other) = (one.as_f64().unwrap_or(0.0), other.as_f64().unwrap_or(0.0));
                let greatest = self.greatest.entry(path.join(".")).or_default();
                *greatest = greatest.max((one - other).abs());
            }
            (one, other) if one == other => {}
            _ => {
                self.otherwise.get_or_insert_with(|| path.join("."));
            }
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = |what: &str, verdict: &Option<Verdict>| {
            let Some(it) = verdict else { return writeln!(f, "{what:<24} none") };
            let said = if it.live { "live" } else { "not live" };
            writeln!(f, "{what:<24} {said}, reasons {:?}, signals {:?}", it.reasons, it.signals)
        };
        line("verdict kept", &self.kept)?;
        line("verdict of kept facts", &self.of_facts)?;
        line("verdict of the frames", &self.of_frames)?;
        for (kind, difference) in self.differences.iter().filter(|it| *it.1 > 0.0) {
            writeln!(f, "{:<24} {difference:.6} {kind}", "greatest difference")?;
        }
        for note in &self.notes {
            writeln!(f, "note: {note}")?;
        }
        for complaint in &self.complaints {
            writeln!(f, "COMPLAINT: {complaint}")?;
        }
        let upheld =
            if self.upholds() { "the evidence is upheld" } else { "the evidence is not upheld" };
        f.write_str(upheld)
    }
}
