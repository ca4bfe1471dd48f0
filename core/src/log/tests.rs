//! The log against vectors of others (core/vectors/log), and its properties.

use std::collections::BTreeMap;
use std::convert::Infallible;

use proptest::prelude::*;
use serde_json::Value;

use super::checkpoint::Checkpoint;
use super::entry::{ClientKey, Entry, Month, Pruned, Pseudonym};
use super::history::{
    FORMAT, History, HistoryMonth, HistoryRecord, IndexEntry, PrunedEntry, Since,
};
use super::index::{Chain, Index};
use super::note::{KeyKind, Note, SigningKey, VerifierKey};
use super::policy::Policy;
use super::proof::Proof;
use super::segment::Segment;
use super::tile::{Kind, Tile};
use super::witness::{AddCheckpoint, Refused};
use super::{Hash, LogError, hash_from_base64, receipt, tile, to_base64, tree};
use crate::{Timestamp, calendar};

mod history;

const VECTORS: &str = include_str!("../../vectors/log/vectors.json");
const PROBES: &str = include_str!("../../vectors/log/merkle-probes.json");

fn vectors() -> Value {
    serde_json::from_str(VECTORS).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn hash(value: &Value) -> Hash {
    hash_from_base64(text(value)).unwrap()
}

/// `None` where one has not 32 bytes.
fn hashes(value: &Value) -> Option<Vec<Hash>> {
    value
        .as_array()
        .map_or(Some(Vec::new()), |it| it.iter().map(|it| hash_from_base64(text(it))).collect())
}

/// A tree in memory.
struct Leaves(Vec<Hash>);

impl Leaves {
    fn numbered(count: u64) -> Self {
        Self((0..count).map(|it| tree::leaf_hash(format!("entry-{it}").as_bytes())).collect())
    }

    #[expect(clippy::unnecessary_wraps, reason = "as proofs ask for hashes")]
    fn complete(&self, level: u8, index: u64) -> Result<Hash, Infallible> {
        let start = usize::try_from(index << level).unwrap();
        Ok(tree::fold(&self.0[start..start + (1 << level)]).unwrap())
    }

    fn root(&self, size: u64) -> Hash {
        tree::root(size, &mut |level, index| self.complete(level, index)).unwrap()
    }

    fn inclusion(&self, index: u64, size: u64) -> Vec<Hash> {
        tree::prove_inclusion(index, size, &mut |level, index| self.complete(level, index)).unwrap()
    }

    fn consistency(&self, old: u64, new: u64) -> Vec<Hash> {
        tree::prove_consistency(old, new, &mut |level, index| self.complete(level, index)).unwrap()
    }
}

#[test]
fn trees_of_others_have_the_same_roots_and_inclusion_proofs() {
    let vectors = vectors();
    let leaves = Leaves::numbered(70_000);
    for tree in vectors["trees"].as_array().unwrap() {
        let size = tree["size"].as_u64().unwrap();
        assert_eq!(leaves.root(size), hash(&tree["root"]), "{size}");
        for proof in tree["inclusion"].as_array().unwrap() {
            let index = proof["index"].as_u64().unwrap();
            let expected = hashes(&proof["proof"]).unwrap();
            assert_eq!(leaves.inclusion(index, size), expected, "{index} in {size}");
            let (leaf, root) = (hash(&proof["leaf_hash"]), leaves.root(size));
            assert!(tree::included(&leaf, index, size, &expected, &root), "{index} in {size}");
        }
    }
    for proof in vectors["consistency"].as_array().unwrap() {
        let (old, new) = (proof["old_size"].as_u64().unwrap(), proof["new_size"].as_u64().unwrap());
        let expected = hashes(&proof["proof"]).unwrap();
        assert_eq!(leaves.consistency(old, new), expected, "{old} to {new}");
        let (before, after) = (hash(&proof["old_root"]), hash(&proof["new_root"]));
        assert!(tree::consistent(old, new, &before, &after, &expected), "{old} to {new}");
    }
}

/// Two probes have hashes that are not 32 bytes long: types refuse them here.
#[test]
fn probes_of_others_are_taken_and_refused_as_they_say() {
    let probes: Value = serde_json::from_str(PROBES).unwrap();
    let mut judged = 0;
    for probe in probes["consistency"].as_array().unwrap() {
        let (Some(before), Some(after)) =
            (hash_from_base64(text(&probe["root1"])), hash_from_base64(text(&probe["root2"])))
        else {
            continue;
        };
        let (old, new) = (probe["size1"].as_u64().unwrap(), probe["size2"].as_u64().unwrap());
        let holds = hashes(&probe["proof"])
            .is_some_and(|it| tree::consistent(old, new, &before, &after, &it));
        // RFC 6962 has no proof from an empty tree; tlog-witness has an empty one.
        if old > 0 {
            assert_eq!(holds, !probe["wantErr"].as_bool().unwrap(), "{}", probe["file"]);
            judged += 1;
        }
    }
    for probe in probes["inclusion"].as_array().unwrap() {
        let (Some(leaf), Some(root)) =
            (hash_from_base64(text(&probe["leafHash"])), hash_from_base64(text(&probe["root"])))
        else {
            continue;
        };
        let (index, size) =
            (probe["leafIdx"].as_u64().unwrap(), probe["treeSize"].as_u64().unwrap());
        let holds = hashes(&probe["proof"])
            .is_some_and(|it| tree::included(&leaf, index, size, &it, &root));
        assert_eq!(holds, !probe["wantErr"].as_bool().unwrap(), "{}", probe["file"]);
        judged += 1;
    }
    assert!(judged > 150, "{judged}");
}

/// The files of a tree of numbered entries by path.
fn files(size: u64) -> BTreeMap<String, Vec<u8>> {
    let leaves = Leaves::numbered(size);
    let mut files = BTreeMap::new();
    for it in Tile::of_growth(0, size) {
        let first = it.index * tile::WIDTH;
        let places = first..first + u64::from(it.width);
        let bytes = match it.kind {
            Kind::Hashes(level) => {
                let hashes: Vec<Hash> =
                    places.map(|place| leaves.complete(8 * level, place).unwrap()).collect();
                tile::write_hashes(&hashes)
            }
            Kind::Entries => {
                let entries: Vec<String> = places.map(|place| format!("entry-{place}")).collect();
                tile::write_entries(&entries).unwrap()
            }
        };
        files.insert(it.to_string(), bytes);
    }
    files
}

#[test]
fn tiles_of_others_have_the_same_paths_and_bytes() {
    for tree in vectors()["trees"].as_array().unwrap() {
        let size = tree["size"].as_u64().unwrap();
        let Some(expected) = tree["tiles"].as_object() else { continue };
        let files = files(size);
        assert_eq!(files.len(), expected.len(), "{size}");
        for (path, bytes) in &files {
            let expected = &expected[path];
            assert_eq!(crate::jose::sha256(bytes), text(&expected["sha256"]), "{path} of {size}");
            assert_eq!(path.parse::<Tile>().unwrap().to_string(), *path);
        }
    }
}

#[test]
fn a_log_of_tessera_reads_and_its_roots_are_those_of_its_checkpoints() {
    type Files = (&'static str, &'static [u8], &'static [u8], u16);
    let key: VerifierKey =
        include_str!("../../vectors/log/tessera/vkey.txt").trim().parse().unwrap();
    let logs: [Files; 2] = [
        (
            include_str!("../../vectors/log/tessera/checkpoint.8"),
            include_bytes!("../../vectors/log/tessera/hashes.8"),
            include_bytes!("../../vectors/log/tessera/entries.8"),
            8,
        ),
        (
            include_str!("../../vectors/log/tessera/checkpoint.15"),
            include_bytes!("../../vectors/log/tessera/hashes.15"),
            include_bytes!("../../vectors/log/tessera/entries.15"),
            15,
        ),
    ];
    let mut checkpoints = Vec::new();
    for (note, hashes, entries, size) in logs {
        let note = Note::parse(note).unwrap();
        assert_eq!(note.signed_by(&key), Ok(Some(0)));
        let checkpoint: Checkpoint = note.text.parse().unwrap();
        let hashes = tile::read_hashes(hashes, size).unwrap();
        let entries = tile::read_entries(entries, size).unwrap();
        let leaves: Vec<Hash> = entries.iter().map(|it| tree::leaf_hash(it)).collect();
        assert_eq!(leaves, hashes);
        assert_eq!(Leaves(hashes).root(size.into()), checkpoint.root);
        checkpoints.push((checkpoint, Leaves(leaves)));
    }
    let [(old, _), (new, leaves)] = checkpoints.as_slice() else { unreachable!() };
    let proof = leaves.consistency(old.size, new.size);
    assert!(tree::consistent(old.size, new.size, &old.root, &new.root, &proof));
}

/// The policy of the vectors: their log, and so many of their two witnesses.
fn policy(quorum: u64) -> Policy {
    let vectors = vectors();
    let key = |at: usize| text(&vectors["keys"][at]["vkey"]).to_owned();
    let group = match quorum {
        0 => "quorum none\n".to_owned(),
        it => format!("group both {it} one two\nquorum both\n"),
    };
    format!("log {}\nwitness one {}\nwitness two {}\n{group}", key(0), key(1), key(2))
        .parse()
        .unwrap()
}

#[test]
fn notes_of_others_are_read_signed_and_cosigned_byte_by_byte() {
    let vectors = vectors();
    let seed = |at: usize| -> [u8; 32] {
        let hex = text(&vectors["keys"][at]["seed_hex"]);
        let bytes: Vec<u8> =
            (0..32).map(|it| u8::from_str_radix(&hex[2 * it..2 * it + 2], 16).unwrap()).collect();
        bytes.try_into().unwrap()
    };
    let kinds = [KeyKind::Log, KeyKind::Witness, KeyKind::Witness];
    let keys: Vec<SigningKey> = (0..3)
        .map(|at| {
            SigningKey::new(text(&vectors["keys"][at]["name"]), kinds[at], &seed(at)).unwrap()
        })
        .collect();
    for (at, key) in keys.iter().enumerate() {
        assert_eq!(key.public().to_string(), text(&vectors["keys"][at]["vkey"]));
    }
    for tree in vectors["trees"].as_array().unwrap() {
        let expected = text(&tree["checkpoint_cosigned"]);
        let trusted = policy(2).check(&Note::parse(expected).unwrap()).unwrap();
        assert_eq!(trusted.checkpoint.size, tree["size"].as_u64().unwrap());
        assert_eq!(trusted.witnessed.len(), 2);
        let checkpoint =
            Checkpoint::new("log.example/test", trusted.checkpoint.size, hash(&tree["root"]));
        let body = checkpoint.to_string();
        let at = |name: &str| tree["cosignature_timestamps"][name].as_u64().unwrap();
        let signatures = vec![
            keys[0].sign(&body, 0),
            keys[1].sign(&body, at("witness1.example")),
            keys[2].sign(&body, at("witness2.example")),
        ];
        assert_eq!(Note { text: body, signatures }.to_string(), expected);
    }
    for good in vectors["more_good_notes"].as_array().unwrap() {
        let quorum = good["quorum"].as_u64().unwrap();
        let note = Note::parse(text(&good["note"])).unwrap();
        assert_eq!(note.to_string(), text(&good["note"]));
        policy(quorum).check(&note).unwrap();
    }
}

#[test]
fn bad_notes_of_others_are_refused() {
    for bad in vectors()["bad_notes"].as_array().unwrap() {
        let quorum = bad["quorum"].as_u64().unwrap();
        let note = Note::parse(text(&bad["note"]));
        let checked = note.and_then(|it| policy(quorum).check(&it));
        assert!(checked.is_err(), "{}: {checked:?}", bad["name"]);
    }
}

#[test]
fn proof_files_of_others_verify_and_are_written_the_same() {
    for it in vectors()["tlog_proofs"].as_array().unwrap() {
        let file = text(&it["proof_file"]);
        let proof: Proof = file.parse().unwrap();
        assert_eq!(proof.to_string(), file);
        assert_eq!(proof.index, it["index"].as_u64().unwrap());
        assert_eq!(proof.extra.as_deref(), it["extra_utf8"].as_str().map(str::as_bytes));
        let record = text(&it["record_utf8"]).as_bytes();
        proof.verify(record, &policy(2)).unwrap();
        assert!(proof.verify(b"another", &policy(2)).is_err());
    }
}

#[test]
fn a_witness_signs_what_continues_its_last_checkpoint_and_nothing_else() {
    let vectors = vectors();
    let logs: Vec<VerifierKey> = vec![text(&vectors["keys"][0]["vkey"]).parse().unwrap()];
    let tree = Leaves::numbered(300);
    let last = |size: u64| {
        (size > 0)
            .then(|| Checkpoint::new("log.example/test", size, Leaves::numbered(size).root(size)))
    };
    for it in vectors["witness_add_checkpoint"].as_array().unwrap() {
        let body = text(&it["body"]);
        let asked: AddCheckpoint = body.parse().unwrap();
        assert_eq!(asked.to_string(), body);
        let (old, new) = (it["old_size"].as_u64().unwrap(), it["new_size"].as_u64().unwrap());
        let signed = asked.judge(&logs, |_| last(old)).unwrap();
        assert_eq!((asked.old, signed.size), (old, new));
        let other = old + 1;
        assert_eq!(asked.judge(&logs, |_| last(other)), Err(Refused::Stale(other)));
        assert_eq!(asked.judge(&[], |_| last(old)), Err(Refused::UnknownLog));
        let mut shorter = asked.clone();
        if shorter.proof.pop().is_some() {
            assert_eq!(shorter.judge(&logs, |_| last(old)), Err(Refused::Inconsistent));
        }
        let mut unsigned = asked.clone();
        unsigned.note.signatures.clear();
        assert_eq!(unsigned.judge(&logs, |_| last(old)), Err(Refused::Unsigned));
    }
    // The log's own key under another history.
    let seed = [5; 32];
    let log = SigningKey::new("senim.example/log", KeyKind::Log, &seed).unwrap();
    let asked = |old: u64, size: u64, root: Hash, proof| {
        let text = Checkpoint::new("senim.example/log", size, root).to_string();
        let signatures = vec![log.sign(&text, 0)];
        AddCheckpoint { old, proof, note: Note { text, signatures } }
    };
    let known = Checkpoint::new("senim.example/log", 7, tree.root(7));
    let keys = [log.public().clone()];
    let judged = |it: AddCheckpoint| it.judge(&keys, |_| Some(known.clone()));
    assert!(judged(asked(7, 9, tree.root(9), tree.consistency(7, 9))).is_ok());
    assert!(judged(asked(7, 7, tree.root(7), vec![])).is_ok());
    assert_eq!(judged(asked(7, 7, tree.root(8), vec![])), Err(Refused::Fork(7)));
    assert_eq!(judged(asked(7, 6, tree.root(6), vec![])), Err(Refused::Malformed));
    let forked = Leaves(tree.0.iter().rev().copied().collect());
    assert_eq!(
        judged(asked(7, 9, forked.root(9), forked.consistency(7, 9))),
        Err(Refused::Inconsistent)
    );
}

#[test]
fn policies_are_read_strictly_and_groups_count_as_they_say() {
    let vectors = vectors();
    let [log, one, two] = [0, 1, 2].map(|at| text(&vectors["keys"][at]["vkey"]).to_owned());
    let note = |at: usize| Note::parse(text(&vectors["trees"][at]["checkpoint_cosigned"])).unwrap();
    let checked = |text: &str| text.parse::<Policy>().and_then(|it| it.check(&note(3)));
    let lines = format!(
        "# of the vectors\n\nlog {log}\twhere\n witness one {one} https://one.example/\nwitness two {two}\n"
    );
    for quorum in ["none", "one", "two"] {
        assert!(checked(&format!("{lines}quorum {quorum}")).is_ok(), "{quorum}");
    }
    for rule in ["any", "all", "1", "2"] {
        let policy = format!("{lines}group g {rule} one two\nquorum g\n");
        assert!(checked(&policy).is_ok(), "{rule}");
    }
    let policy: Policy = format!("{lines}quorum one").parse().unwrap();
    assert_eq!(policy.witnesses[0].url.as_deref(), Some("https://one.example"));
    for (wrong, line) in [
        ("", 0),
        ("quorum one\nquorum two\n", 0),
        ("quorum three\n", 6),
        ("group g 3 one two\nquorum g\n", 6),
        ("group g 0 one two\nquorum g\n", 6),
        ("group g any one one\nquorum g\n", 6),
        ("group g any h\ngroup h any one\nquorum g\n", 6),
        ("group one any two\nquorum one\n", 6),
        ("group none any two\nquorum none\n", 6),
        ("group g any\nquorum g\n", 6),
        ("witnes x\nquorum none\n", 6),
        (&format!("witness again {one}\nquorum one\n"), 6),
        (&format!("log {one}\nquorum one\n"), 6),
        (&format!("witness w {log}\nquorum one\n"), 6),
        ("quorum one\r\n", 6),
    ] {
        let policy = format!("{lines}{wrong}").parse::<Policy>();
        assert!(
            matches!(policy, Err(LogError::Policy(at, _)) if at == line),
            "{wrong}: {policy:?}"
        );
    }
    // A log that the policy does not name.
    let stranger = format!(
        "log {}\nquorum none\n",
        SigningKey::new("log.example/test", KeyKind::Log, &[1; 32]).unwrap().public()
    );
    assert_eq!(checked(&stranger), Err(LogError::UnknownLog));
}
