//! Histories, receipts and the index: what is left out, altered, added or moved is refused.

use super::*;

/// A log of our own: entries, index and tree in memory, signed and witnessed.
struct Written {
    entries: Vec<Vec<u8>>,
    index: Index,
    at: u64,
}

const SEED: [u8; 32] = [3; 32];
const NOVEMBER: u64 = 1_793_491_200;

impl Written {
    fn new() -> Self {
        Self { entries: Vec::new(), index: Index::default(), at: NOVEMBER }
    }

    fn number(&self) -> u64 {
        u64::try_from(self.entries.len()).unwrap()
    }

    fn add(&mut self, record: &str, client: Option<Pseudonym>) -> u64 {
        let number = self.number();
        let entry = Entry::of_record(record, client).encode();
        self.index.take(number, &entry).unwrap();
        self.entries.push(entry);
        number
    }

    fn close(&mut self) -> IndexEntry {
        let (number, root) = (self.number(), self.index.root());
        let entry = Entry::Index { size: number, at: self.at, root }.encode();
        self.index.take(number, &entry).unwrap();
        self.entries.push(entry);
        let proof = self.leaves().inclusion(number, number + 1);
        let proof = proof.iter().map(|it| to_base64(it)).collect();
        IndexEntry { number, at: self.at, root: to_base64(&root), proof }
    }

    fn leaves(&self) -> Leaves {
        Leaves(self.entries.iter().map(|it| tree::leaf_hash(it)).collect())
    }

    fn note(&self) -> Note {
        let size = self.number();
        let text = Checkpoint::new("senim.example/log", size, self.leaves().root(size)).to_string();
        let (log, witness) = keys();
        let signatures = vec![log.sign(&text, 0), witness.sign(&text, self.at)];
        Note { text, signatures }
    }
}

fn keys() -> (SigningKey, SigningKey) {
    (
        SigningKey::new("senim.example/log", KeyKind::Log, &SEED).unwrap(),
        SigningKey::new("witness.example", KeyKind::Witness, &[4; 32]).unwrap(),
    )
}

fn own_policy() -> Policy {
    let (log, witness) = keys();
    let text = format!("log {}\nwitness w {}\nquorum w\n", log.public(), witness.public());
    text.parse().unwrap()
}

/// A client with records in the first and the third of three months, and others beside.
fn history() -> (History, Note) {
    let (key, stranger) = (ClientKey([7; 32]), ClientKey([8; 32]));
    let mut log = Written::new();
    let first = Month::of_seconds(NOVEMBER).unwrap();
    let months = [first, first.next(), first.next().next()];
    let mut of_month = BTreeMap::<Month, Vec<HistoryRecord>>::new();
    for at in 0..40 {
        let month = months[if at < 30 { 0 } else { 2 }];
        let record = format!("{{\"record\":{at}}}");
        match at % 4 {
            0 => {
                let number = log.add(&record, Some(key.pseudonym(month)));
                of_month.entry(month).or_default().push(HistoryRecord { number, record });
            }
            1 => drop(log.add(&record, None)),
            _ => drop(log.add(&record, Some(stranger.pseudonym(months[at % 3])))),
        }
    }
    let older = {
        log.close();
        log.note()
    };
    log.at = NOVEMBER + 62 * 86_400;
    log.add("{\"record\":40}", None);
    let index = log.close();
    let old: Checkpoint = older.text.parse().unwrap();
    let proof = log.leaves().consistency(old.size, log.number());
    let since = Since { size: old.size, proof: proof.iter().map(|it| to_base64(it)).collect() };
    let months = months
        .iter()
        .map(|month| {
            let pseudonym = key.pseudonym(*month);
            let (own, proof) = (log.index.chain(pseudonym), log.index.prove(pseudonym));
            HistoryMonth::new(*month, own, &proof, of_month.remove(month).unwrap_or_default())
        })
        .collect();
    let history = History {
        format: FORMAT.to_owned(),
        client_key: to_base64(&key.0),
        checkpoint: log.note().to_string(),
        index,
        months,
        pruned: None,
        since: Some(since),
    };
    (history, older)
}

/// The same client in a log that was pruned six years later: nothing of the first months is left.
fn pruned_history() -> (History, Written) {
    let key = ClientKey([7; 32]);
    let mut log = Written::new();
    let old = Month::of_seconds(NOVEMBER).unwrap();
    for at in 0..9 {
        log.add(&format!("{{\"old\":{at}}}"), Some(key.pseudonym(old)));
        log.add(&format!("{{\"other\":{at}}}"), Some(ClientKey([at; 32]).pseudonym(old)));
    }
    log.close();
    let minimum = log.number();
    log.at = NOVEMBER + 6 * 366 * 86_400;
    let now = Month::of_seconds(log.at).unwrap();
    let record = "{\"new\":1}".to_owned();
    let own = log.add(&record, Some(key.pseudonym(now)));
    log.close();
    let number = log.number();
    let from = old.next();
    let entry = Entry::Pruned(Pruned { minimum, from }).encode();
    log.index.take(number, &entry).unwrap();
    log.entries.push(entry);
    let index = log.close();
    let history = pruned_answer(&log, &key, index, (number, minimum, from), &[(own, record)]);
    assert_eq!(log.index.chain(key.pseudonym(old)), None, "forgotten");
    (history, log)
}

/// What a log answers that was pruned by its entry `number`: a client's months since then, with the records of the last one.
fn pruned_answer(
    log: &Written,
    key: &ClientKey,
    index: IndexEntry,
    (number, minimum, from): (u64, u64, Month),
    records: &[(u64, String)],
) -> History {
    let proof = log.leaves().inclusion(number, log.number());
    let proof = proof.iter().map(|it| to_base64(it)).collect();
    let (mut months, mut month) = (Vec::new(), from);
    let last = Month::of_seconds(log.at).unwrap();
    while month <= last {
        let pseudonym = key.pseudonym(month);
        let (chain, proof) = (log.index.chain(pseudonym), log.index.prove(pseudonym));
        let own = if month == last { records } else { &[] };
        let own = own
            .iter()
            .map(|(number, record)| HistoryRecord { number: *number, record: record.clone() });
        months.push(HistoryMonth::new(month, chain, &proof, own.collect()));
        month = month.next();
    }
    History {
        format: FORMAT.to_owned(),
        client_key: to_base64(&key.0),
        checkpoint: log.note().to_string(),
        index,
        months,
        pruned: Some(PrunedEntry { number, minimum, from: from.to_string(), proof }),
        since: None,
    }
}

#[test]
fn a_pruned_log_proves_from_when_on_a_history_is_whole() {
    let (history, log) = pruned_history();
    let complete = history.verify(&own_policy(), None).unwrap();
    assert_eq!((complete.records.len(), complete.from.to_string().as_str()), (1, "2026-12"));
    assert!(complete.pruned);
    // Who has only what is left computes the same index from the first entry that is.
    let minimum = usize::try_from(history.pruned.as_ref().unwrap().minimum).unwrap();
    let mut index = Index::default();
    for (number, entry) in log.entries.iter().enumerate().skip(minimum) {
        let number = u64::try_from(number).unwrap();
        // What earlier entries of the index say covers what is gone.
        let earlier = number < history.pruned.as_ref().unwrap().number;
        if !(earlier && matches!(Entry::decode(entry), Ok(Entry::Index { .. }))) {
            index.take(number, entry).unwrap();
        }
    }
    let mut whole = log.index.clone();
    assert_eq!(index.root(), whole.root());
}

#[test]
fn a_log_that_says_too_much_is_gone_is_not_believed() {
    let after = |tamper: &dyn Fn(&mut History)| {
        let (mut tampered, _) = pruned_history();
        tamper(&mut tampered);
        tampered.verify(&own_policy(), None).unwrap_err()
    };
    let error = after(&|it| drop(it.months.remove(0)));
    assert!(matches!(error, LogError::Missing(_)), "{error}");
    let error = after(&|it| {
        it.months.remove(0);
        it.pruned.as_mut().unwrap().from = "2027-01".to_owned();
    });
    assert!(matches!(error, LogError::Altered(_)), "{error}");
    let error = after(&|it| it.pruned.as_mut().unwrap().minimum += 1);
    assert!(matches!(error, LogError::Altered(_)), "{error}");
    // The log says it itself, and before the term was over.
    let early = |years: i64| {
        let mut log = Written::new();
        let (key, month) = (ClientKey([7; 32]), Month::of_seconds(NOVEMBER).unwrap());
        let from = month.next();
        log.add("{}", Some(key.pseudonym(month)));
        log.close();
        let number = log.number();
        let entry = Entry::Pruned(Pruned { minimum: number, from }).encode();
        log.index.take(number, &entry).unwrap();
        log.entries.push(entry);
        let end = calendar::local(Timestamp::from_timestamp(NOVEMBER.cast_signed(), 0).unwrap())
            .checked_add_months(chrono::Months::new(u32::try_from(years * 12).unwrap()))
            .unwrap();
        log.at = u64::try_from(end.and_utc().timestamp()).unwrap();
        let index = log.close();
        let history = pruned_answer(&log, &key, index, (number, number, from), &[]);
        history.verify(&own_policy(), None)
    };
    // In November five years later a part of its December has five years left to go; a year later all is over.
    assert!(matches!(early(5), Err(LogError::Missing(_))));
    assert!(early(6).is_ok());
}

#[test]
fn a_segment_reads_back_as_it_was_written_and_nothing_else_does() {
    let (log, _) = keys();
    let segment = Segment {
        origin: "senim.example/log".to_owned(),
        month: Month::of_seconds(NOVEMBER).unwrap(),
        first: 7,
        size: 40,
        root: [1; 32],
        index: [2; 32],
        entries: [3; 32],
    };
    let text = segment.to_string();
    assert!(text.starts_with("senim-segment@v1\nsenim.example/log\nmonth 2026-11\nfirst 7\n"));
    assert!(text.parse::<Checkpoint>().is_err(), "no segment is a checkpoint");
    let note = Note { signatures: vec![log.sign(&text, 0)], text: text.clone() };
    assert_eq!(Segment::signed(&note, log.public()).unwrap(), segment);
    let unsigned = Note { signatures: vec![], ..note.clone() };
    assert!(Segment::signed(&unsigned, log.public()).is_err());
    let altered = Note { text: text.replace("size 40", "size 41"), ..note };
    assert!(Segment::signed(&altered, log.public()).is_err());
    for (from, to) in [
        ("first 7", "first 40"),
        ("first 7", "first 07"),
        ("month 2026-11", "month 2026-13"),
        ("root ", "rot "),
        ("entries ", "entries A"),
        ("@v1", "@v2"),
    ] {
        assert!(text.replace(from, to).parse::<Segment>().is_err(), "{to}");
    }
    assert!(format!("{text}more\n").parse::<Segment>().is_err());
    assert!(text.trim_end().parse::<Segment>().is_err());
}

#[test]
fn a_whole_history_verifies_and_says_from_when_to_when_it_is_complete() {
    let (history, older) = history();
    let text = serde_json::to_string(&history).unwrap();
    let read = History::parse(&text).unwrap();
    let complete = read.verify(&own_policy(), Some(&older)).unwrap();
    assert_eq!(complete.records.len(), 10);
    assert_eq!(complete.from.to_string(), "2026-11");
    assert_eq!(complete.until, NOVEMBER + 62 * 86_400);
    assert_eq!(complete.trusted.witnessed, [("witness.example".to_owned(), complete.until)]);
}

#[test]
fn a_history_with_a_record_left_out_altered_added_or_moved_is_refused() {
    type Tamper = fn(&mut History);
    let tampered: &[(&str, Tamper)] = &[
        ("the last record left out", |it| drop(it.months[0].records.pop())),
        ("the first record left out", |it| drop(it.months[0].records.remove(0))),
        ("all records of a month left out", |it| it.months[2].records.clear()),
        ("a record altered", |it| it.months[0].records[1].record.push(' ')),
        ("a record's number altered", |it| it.months[0].records[1].number += 1),
        ("a record twice", |it| {
            let again = it.months[0].records[0].clone();
            it.months[0].records.push(again);
        }),
        ("a record added to an empty month", |it| {
            let moved = it.months[2].records[0].clone();
            it.months[1].records.push(moved);
        }),
        ("two records swapped", |it| it.months[0].records.swap(0, 1)),
        ("the last month left out", |it| drop(it.months.pop())),
        ("a month in the middle left out", |it| drop(it.months.remove(1))),
        ("no month at all", |it| it.months.clear()),
        ("another client's key", |it| it.client_key = to_base64(&[9; 32])),
        ("another index", |it| it.index.root = to_base64(&[9; 32])),
        ("another moment", |it| it.index.at -= 1),
        ("an older index", |it| it.index.number -= 1),
        ("a hash of a month's proof", |it| it.months[1].siblings[0] = to_base64(&[0; 32])),
        ("fewer records, and the index's count with them", |it| {
            it.months[0].records.pop();
            it.months[0].own.as_mut().unwrap().records -= 1;
        }),
        ("no proof since the older checkpoint", |it| it.since = None),
        ("a wrong proof since the older checkpoint", |it| {
            it.since.as_mut().unwrap().proof[0] = to_base64(&[0; 32]);
        }),
        ("no cosignature", |it| {
            let end = it.checkpoint.find("— witness").unwrap();
            it.checkpoint.truncate(end);
        }),
    ];
    let (history, older) = history();
    for (what, tamper) in tampered {
        let mut tampered = history.clone();
        tamper(&mut tampered);
        assert!(tampered.verify(&own_policy(), Some(&older)).is_err(), "{what}");
    }
}

#[test]
fn what_is_wrong_with_a_history_has_a_name() {
    let (history, older) = history();
    let after = |tamper: &dyn Fn(&mut History)| {
        let mut tampered = history.clone();
        tamper(&mut tampered);
        tampered.verify(&own_policy(), Some(&older)).unwrap_err()
    };
    let altered = after(&|it| it.months[0].records[1].record.push(' '));
    assert!(matches!(altered, LogError::Altered(_)), "{altered}");
    let missing = after(&|it| drop(it.months[0].records.remove(1)));
    assert!(matches!(missing, LogError::Missing(_)), "{missing}");
    let rewritten = after(&|it| it.since.as_mut().unwrap().proof[0] = to_base64(&[0; 32]));
    assert!(matches!(rewritten, LogError::Rewritten(_)), "{rewritten}");
    let unwitnessed = after(&|it| {
        let end = it.checkpoint.find("— witness").unwrap();
        it.checkpoint.truncate(end);
    });
    assert_eq!(unwitnessed, LogError::Quorum);

    // The log that stood before: genuine in itself, and shorter than what was seen.
    let newer = Note::parse(&history.checkpoint).unwrap();
    let mut before = history;
    before.checkpoint = older.to_string();
    before.since = None;
    let rolled_back = before.verify_since(&own_policy(), &newer, &older.text.parse().unwrap());
    assert!(matches!(rolled_back, Err(LogError::Rewritten(_))), "{rolled_back:?}");
}

#[test]
fn a_policy_is_written_as_it_is_read_and_readers_get_no_addresses() {
    let (log, witness) = keys();
    let other = SigningKey::new("other.example", KeyKind::Witness, &[5; 32]).unwrap();
    let text = format!(
        "witness w {} https://w.example\nwitness v {}\ngroup z any w v\ngroup a 1 z\nquorum a\n",
        witness.public(),
        other.public()
    );
    let policy: Policy = text.parse().unwrap();
    assert_eq!(policy.to_string().parse::<Policy>().unwrap(), policy);
    let readers = policy.of_readers(log.public());
    assert!(!readers.to_string().contains("https://"));
    assert_eq!(readers.to_string().parse::<Policy>().unwrap(), readers);
    assert_eq!("quorum none\n".parse::<Policy>().unwrap().to_string(), "quorum none\n");
}

#[test]
fn a_receipt_shows_its_record_and_no_other() {
    let mut log = Written::new();
    let client = ClientKey([7; 32]).pseudonym(Month::of_seconds(NOVEMBER).unwrap());
    log.add("before", None);
    let number = log.add("{\"v\":1}", Some(client));
    log.close();
    let extra = receipt::extra(&Entry::of_record("{\"v\":1}", Some(client)), "{\"v\":1}");
    let hashes = log.leaves().inclusion(number, log.number());
    let proof = Proof { extra: Some(extra), index: number, hashes, checkpoint: log.note() };
    let shown = receipt::verify(&proof.to_string(), &own_policy()).unwrap();
    assert_eq!((shown.number, shown.record.as_str(), shown.client), (1, "{\"v\":1}", Some(client)));
    let refused = |change: &dyn Fn(&mut Proof)| {
        let mut changed = proof.clone();
        change(&mut changed);
        assert!(receipt::verify(&changed.to_string(), &own_policy()).is_err());
    };
    refused(&|it| it.extra = None);
    refused(&|it| it.index = 0);
    refused(&|it| it.hashes[0] = [0; 32]);
    refused(&|it| it.extra.as_mut().unwrap().push(b' '));
    refused(&|it| it.extra = Some(receipt::extra(&Entry::of_record("x", Some(client)), "x")));
    refused(&|it| it.checkpoint.signatures.truncate(1));
}

#[test]
fn entries_are_exactly_these_bytes() {
    let of_record = Entry::of_record("record", None).encode();
    assert_eq!((of_record.len(), of_record[0]), (33, 1));
    let of_client = Entry::of_record("record", Some(Pseudonym([9; 32]))).encode();
    assert_eq!((of_client.len(), of_client[0], of_client[64]), (65, 2, 9));
    assert_eq!(of_client[1..33], of_record[1..]);
    let index = Entry::Index { size: 258, at: 3, root: [5; 32] }.encode();
    assert_eq!(
        (index.len(), &index[..17]),
        (49, &[3, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 3][..])
    );
    for entry in [of_record, of_client, index] {
        assert_eq!(Entry::decode(&entry).unwrap().encode(), entry);
        assert!(Entry::decode(&entry[..entry.len() - 1]).is_err());
        assert!(Entry::decode(&[entry.as_slice(), &[0]].concat()).is_err());
    }
    assert!(Entry::decode(&[4; 33]).is_err() && Entry::decode(&[]).is_err());
}

#[test]
fn pseudonyms_differ_by_client_and_month() {
    let month: Month = "2026-12".parse().unwrap();
    assert_eq!(
        (month.next().to_string(), month.next().next().to_string()),
        ("2027-01".into(), "2027-02".into())
    );
    let pseudonyms = [
        ClientKey([1; 32]).pseudonym(month),
        ClientKey([1; 32]).pseudonym(month.next()),
        ClientKey([2; 32]).pseudonym(month),
    ];
    assert!(pseudonyms[0] != pseudonyms[1] && pseudonyms[0] != pseudonyms[2]);
    assert_eq!(pseudonyms[0], ClientKey([1; 32]).pseudonym(month));
    for wrong in ["2026-13", "2026-1", "26-01", "2026-00", "2026", "+026-01"] {
        assert!(wrong.parse::<Month>().is_err(), "{wrong}");
    }
}

/// A naive index: sorted pseudonyms, the tree by its definition.
fn naive(chains: &[(Pseudonym, Chain)], depth: usize) -> Hash {
    use sha2::{Digest as _, Sha256};
    match chains {
        [] => [0; 32],
        [(client, chain)] => Sha256::new()
            .chain_update([0])
            .chain_update(client.0)
            .chain_update(chain.records.to_be_bytes())
            .chain_update(chain.head)
            .finalize()
            .into(),
        several => {
            let right =
                several.partition_point(|(it, _)| it.0[depth / 8] >> (7 - depth % 8) & 1 == 0);
            let (left, right) = several.split_at(right);
            let halves = (naive(left, depth + 1), naive(right, depth + 1));
            Sha256::new()
                .chain_update([1])
                .chain_update(halves.0)
                .chain_update(halves.1)
                .finalize()
                .into()
        }
    }
}

/// Pseudonyms that share long beginnings, so that the tree is deep.
fn pseudonym(of: (u8, u8)) -> Pseudonym {
    let mut bytes = [0; 32];
    (bytes[0], bytes[9]) = (of.0 % 3, of.1 % 5);
    Pseudonym(bytes)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_leaf_is_included_and_every_tree_continues_its_beginnings(
        size in 1_u64..300, old in 0_u64..300, at in 0_u64..300, flip in 0_usize..4096
    ) {
        let (leaves, old, at) = (Leaves::numbered(size), old % (size + 1), at % size);
        let (root, before) = (leaves.root(size), leaves.root(old));
        let inclusion = leaves.inclusion(at, size);
        let leaf = leaves.0[usize::try_from(at).unwrap()];
        prop_assert!(tree::included(&leaf, at, size, &inclusion, &root));
        let consistency = leaves.consistency(old, size);
        prop_assert!(tree::consistent(old, size, &before, &root, &consistency));
        // One bit anywhere, one hash less, one more, another place.
        for (proof, holds) in [
            (&inclusion, &(|it: &[Hash]| tree::included(&leaf, at, size, it, &root)) as &dyn Fn(&[Hash]) -> bool),
            (&consistency, &|it: &[Hash]| tree::consistent(old, size, &before, &root, it)),
        ] {
            let mut changed = proof.clone();
            changed.push([0; 32]);
            prop_assert!(!holds(&changed));
            if !proof.is_empty() {
                let mut changed = proof.clone();
                let hash = flip / 256 % changed.len();
                changed[hash][flip / 8 % 32] ^= 1 << (flip % 8);
                prop_assert!(!holds(&changed));
                prop_assert!(!holds(&proof[1..]));
            }
        }
        if size > 1 {
            prop_assert!(!tree::included(&leaf, (at + 1) % size, size, &inclusion, &root));
        }
    }

    #[test]
    fn tiles_hold_every_complete_subtree(size in 1_u64..2000) {
        let (leaves, files) = (Leaves::numbered(size), files(size));
        let mut read = |it: Tile| tile::read_hashes(&files[&it.to_string()], it.width);
        let root = tree::root(size, &mut |level, index| tile::subtree(level, index, size, &mut read));
        prop_assert_eq!(root, Ok(leaves.root(size)));
        prop_assert!(Tile::of_growth(size, size).is_empty());
        // What grew is all that differs from a smaller tree.
        for old in [size / 2, size - 1] {
            let grown = Tile::of_growth(old, size);
            for it in Tile::of_growth(0, size) {
                prop_assert_eq!(grown.contains(&it), !it.is_in(old));
            }
        }
    }

    #[test]
    fn the_index_is_the_naive_one_and_proves_all_and_nothing_else(
        records in proptest::collection::vec(any::<(u8, u8)>(), 0..40), asked in any::<(u8, u8)>()
    ) {
        let (mut index, mut chains) = (Index::default(), BTreeMap::<Pseudonym, Chain>::new());
        for (number, of) in (0_u64..).zip(records) {
            let leaf = tree::leaf_hash(&number.to_be_bytes());
            index.add(pseudonym(of), number, &leaf);
            let chain = chains.entry(pseudonym(of)).or_insert(Chain::NEW);
            *chain = chain.with(number, &leaf);
        }
        let sorted: Vec<_> = chains.iter().map(|(client, chain)| (*client, *chain)).collect();
        let root = index.root();
        prop_assert_eq!(root, naive(&sorted, 0));
        let asked = pseudonym(asked);
        let chain = chains.get(&asked).copied().unwrap_or(Chain::NEW);
        prop_assert_eq!(index.chain(asked).unwrap_or(Chain::NEW), chain);
        let proof = index.prove(asked);
        prop_assert!(proof.holds(asked, chain, &root));
        let more = chain.with(99, &[1; 32]);
        prop_assert!(!proof.holds(asked, more, &root));
        if chain.records > 0 {
            prop_assert!(!proof.holds(asked, Chain::NEW, &root));
            let less = Chain { records: chain.records - 1, ..chain };
            prop_assert!(!proof.holds(asked, less, &root));
        }
    }

    #[test]
    fn nothing_that_a_stranger_writes_panics(text in ".{0,200}", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = (Note::parse(&text), text.parse::<Policy>(), text.parse::<Proof>(), text.parse::<Tile>());
        let _ = (text.parse::<AddCheckpoint>(), text.parse::<VerifierKey>(), text.parse::<Checkpoint>());
        let _ = (Entry::decode(&bytes), tile::read_entries(&bytes, 3), tile::read_hashes(&bytes, 2));
        let _ = (History::parse(&text), format!("tile/0/{text}").parse::<Tile>());
    }
}
