//! C2SP tlog-policy: which logs are known, and whose cosignatures a checkpoint needs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use super::LogError;
use super::checkpoint::Checkpoint;
use super::note::{KeyKind, Note, VerifierKey};

/// Logs, witnesses and groups of one policy.
const LINES_MAX: usize = 1000;

/// A policy file as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    pub logs: Vec<VerifierKey>,
    pub witnesses: Vec<Witness>,
    groups: BTreeMap<String, Group>,
    /// `None`: no cosignatures are needed.
    quorum: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// Its name in this file.
    pub name: String,
    pub key: VerifierKey,
    /// Where `/add-checkpoint` is answered, without a slash at the end.
    pub url: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    threshold: usize,
    members: Vec<String>,
}

/// A checkpoint that satisfies a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trusted {
    pub checkpoint: Checkpoint,
    /// The keys of witnesses that cosigned it, and when, in Unix seconds.
    pub witnessed: Vec<(String, u64)>,
}

impl Policy {
    /// Whether a log of the policy signed the checkpoint and the quorum cosigned it.
    pub fn check(&self, note: &Note) -> Result<Trusted, LogError> {
        let checkpoint = self.signed(note)?;
        let witnessed = self.witnessed(note)?;
        if !self.quorum_is_met(note)? {
            return Err(LogError::Quorum);
        }
        Ok(Trusted { checkpoint, witnessed })
    }

    /// The checkpoint of a note that a log of the policy signed, whatever witnesses say.
    pub fn signed(&self, note: &Note) -> Result<Checkpoint, LogError> {
        let checkpoint: Checkpoint = note.text.parse()?;
        for log in self.logs.iter().filter(|it| it.name == checkpoint.origin) {
            if note.signed_by(log)?.is_some() {
                return Ok(checkpoint);
            }
        }
        Err(LogError::UnknownLog)
    }

    /// Whether enough witnesses cosigned the note, whichever log signed it.
    pub fn quorum_is_met(&self, note: &Note) -> Result<bool, LogError> {
        let Some(quorum) = &self.quorum else { return Ok(true) };
        let mut met = BTreeSet::new();
        for witness in &self.witnesses {
            if note.signed_by(&witness.key)?.is_some() {
                met.insert(witness.name.clone());
            }
        }
        Ok(self.is_met(quorum, &met))
    }

    fn witnessed(&self, note: &Note) -> Result<Vec<(String, u64)>, LogError> {
        let mut witnessed = Vec::new();
        for witness in &self.witnesses {
            if let Some(at) = note.signed_by(&witness.key)? {
                witnessed.push((witness.key.name.clone(), at));
            }
        }
        Ok(witnessed)
    }

    /// Names refer to earlier lines only, so this ends.
    fn is_met(&self, name: &str, met: &BTreeSet<String>) -> bool {
        match self.groups.get(name) {
            None => met.contains(name),
            Some(group) => {
                let members = group.members.iter().filter(|it| self.is_met(it, met)).count();
                members >= group.threshold
            }
        }
    }
}

impl Policy {
    /// What a reader of `log` trusts: its key, and the same witnesses without the addresses at which the log asks them.
    #[must_use]
    pub fn of_readers(&self, log: &VerifierKey) -> Self {
        let unaddressed = |it: &Witness| Witness { url: None, ..it.clone() };
        let witnesses = self.witnesses.iter().map(unaddressed).collect();
        Self { logs: vec![log.clone()], witnesses, ..self.clone() }
    }
}

/// As [`FromStr`] reads it: a group stands below its members.
impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.logs.iter().try_for_each(|it| writeln!(f, "log {it}"))?;
        for Witness { name, key, url } in &self.witnesses {
            let url = url.as_ref().map(|it| format!(" {it}")).unwrap_or_default();
            writeln!(f, "witness {name} {key}{url}")?;
        }
        let mut above: BTreeSet<&str> = self.witnesses.iter().map(|it| it.name.as_str()).collect();
        let mut left: Vec<(&String, &Group)> = self.groups.iter().collect();
        // Each round writes one at least, as names refer to earlier lines only.
        while !left.is_empty() {
            let ready = |group: &Group| group.members.iter().all(|it| above.contains(it.as_str()));
            let Some(at) = left.iter().position(|(_, group)| ready(group)) else { break };
            let (name, group) = left.remove(at);
            writeln!(f, "group {name} {} {}", group.threshold, group.members.join(" "))?;
            above.insert(name);
        }
        writeln!(f, "quorum {}", self.quorum.as_deref().unwrap_or("none"))
    }
}

impl FromStr for Policy {
    type Err = LogError;

    fn from_str(text: &str) -> Result<Self, LogError> {
        let mut policy =
            Self { logs: Vec::new(), witnesses: Vec::new(), groups: BTreeMap::new(), quorum: None };
        let (mut names, mut members) = (BTreeSet::new(), BTreeSet::new());
        let mut quorums = 0;
        for (at, line) in text.split('\n').enumerate() {
            let wrong = |why| LogError::Policy(at + 1, why);
            if at >= LINES_MAX {
                return Err(wrong("the file is too long"));
            }
            if line.chars().any(|it| it.is_ascii_control() && it != '\t') {
                return Err(wrong("control characters"));
            }
            let words: Vec<&str> = line.split([' ', '\t']).filter(|it| !it.is_empty()).collect();
            match words.as_slice() {
                [] => {}
                [first, ..] if first.starts_with('#') => {}
                ["log", key] | ["log", key, _] => {
                    let key = key_of(key, KeyKind::Log).ok_or(wrong("not a key of a log"))?;
                    if policy.logs.iter().any(|it| it.key == key.key) {
                        return Err(wrong("the log's key stands twice"));
                    }
                    policy.logs.push(key);
                }
                ["witness", name, key, rest @ ..] if rest.len() <= 1 => {
                    let key = key_of(key, KeyKind::Witness).ok_or(wrong("not a witness's key"))?;
                    if policy.witnesses.iter().any(|it| it.key.key == key.key) {
                        return Err(wrong("the witness's key stands twice"));
                    }
                    new_name(&mut names, name).ok_or(wrong("the name is taken"))?;
                    let url = rest.first().map(|it| it.trim_end_matches('/').to_owned());
                    policy.witnesses.push(Witness { name: (*name).to_owned(), key, url });
                }
                ["group", name, threshold, listed @ ..] if !listed.is_empty() => {
                    let threshold = match *threshold {
                        "any" => 1,
                        "all" => listed.len(),
                        number => super::decimal(number)
                            .and_then(|it| usize::try_from(it).ok())
                            .filter(|it| (1..=listed.len()).contains(it))
                            .ok_or(wrong("the threshold is 1 to the number of members"))?,
                    };
                    for member in listed {
                        if !names.contains(*member) {
                            return Err(wrong("a member is not defined on an earlier line"));
                        }
                        if !members.insert((*member).to_owned()) {
                            return Err(wrong("a name is a member twice"));
                        }
                    }
                    new_name(&mut names, name).ok_or(wrong("the name is taken"))?;
                    let members = listed.iter().map(|it| (*it).to_owned()).collect();
                    policy.groups.insert((*name).to_owned(), Group { threshold, members });
                }
                ["quorum", name] => {
                    quorums += 1;
                    if *name != "none" && !names.contains(*name) {
                        return Err(wrong("the quorum is not defined on an earlier line"));
                    }
                    policy.quorum = (*name != "none").then(|| (*name).to_owned());
                }
                _ => return Err(wrong("not a line of a policy")),
            }
        }
        if quorums != 1 {
            return Err(LogError::Policy(0, "exactly one quorum line is needed"));
        }
        Ok(policy)
    }
}

fn key_of(text: &str, kind: KeyKind) -> Option<VerifierKey> {
    text.parse().ok().filter(|it: &VerifierKey| it.kind == kind)
}

fn new_name(names: &mut BTreeSet<String>, name: &str) -> Option<()> {
    (name != "none" && names.insert(name.to_owned())).then_some(())
}
