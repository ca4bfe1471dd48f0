//! Histories that hold, and each way in which one fails.

use std::collections::BTreeSet;

use super::*;
use crate::consent::{Data, EndedBy};
use crate::id::Bin;
use crate::journal::{Actor, Event};
use crate::log::checkpoint::Checkpoint;
use crate::log::entry::{ClientKey, Entry};
use crate::log::history::{FORMAT, HistoryMonth, HistoryRecord, IndexEntry};
use crate::log::index::Index;
use crate::log::note::{KeyKind, SigningKey};
use crate::log::proof::Proof;
use crate::log::{Hash, receipt, to_base64, tree};
use crate::text::Language;

const NOVEMBER: i64 = 1_793_491_200;
const CONSENT: ConsentId = ConsentId(7);

fn at(second: i64) -> Timestamp {
    Timestamp::from_timestamp(NOVEMBER + second, 0).unwrap()
}

fn bin(text: &str) -> Bin {
    text.parse().unwrap()
}

fn granted(second: i64, reads_a_day: Option<u16>) -> Record {
    let event = Event::ConsentGranted {
        session: SessionId(1),
        consumer: bin("190340012744"),
        application: "app".to_owned(),
        providers: BTreeSet::from([bin("040740003185")]),
        data: BTreeSet::from([Data::Accounts]),
        term_days: Some(1),
        reads_a_day,
        edition: 1,
        language: Language::Kk,
    };
    Record::new([1; 16], Actor::Client, Subject::Consent(CONSENT), event, at(second))
}

fn ended(second: i64) -> Record {
    let consumer = bin("190340012744");
    let event =
        Event::ConsentEnded { by: EndedBy::Client, consumer, granted_at: Some(at(0)), uses: 0 };
    Record::new([2; 16], Actor::Client, Subject::Consent(CONSENT), event, at(second))
}

fn read(second: i64, change: impl FnOnce(&mut Record)) -> Record {
    let event = Event::DataRead {
        interaction: UseId(5),
        at: at(second),
        consumer: Some(bin("190340012744")),
        provider: Some(bin("040740003185")),
        attended: Some(true),
        route: "/accounts".to_owned(),
        status: 200,
        answer_bytes: 1,
        total_ms: 1,
        upstream_ms: Some(1),
        gate: None,
    };
    let (actor, subject) = (Actor::Edge("node".to_owned()), Subject::Consent(CONSENT));
    let mut record = Record::new([3; 16], actor, subject, event, at(second + 1));
    change(&mut record);
    record
}

fn keys() -> (SigningKey, SigningKey) {
    (
        SigningKey::new("senim.example/log", KeyKind::Log, &[3; 32]).unwrap(),
        SigningKey::new("witness.example", KeyKind::Witness, &[4; 32]).unwrap(),
    )
}

fn policy() -> String {
    let (log, witness) = keys();
    format!("log {}\nwitness w {}\nquorum w\n", log.public(), witness.public())
}

/// The history of a log that has these records of the client and nothing else.
fn history(records: &[Record]) -> History {
    let key = ClientKey([7; 32]);
    let month = Month::of(at(0));
    let (mut index, mut leaves, mut own) = (Index::default(), Vec::<Hash>::new(), Vec::new());
    for (number, record) in (0_u64..).zip(records) {
        let record = record.encode().unwrap();
        let entry = Entry::of_record(&record, Some(key.pseudonym(month))).encode();
        index.take(number, &entry).unwrap();
        leaves.push(tree::leaf_hash(&entry));
        own.push(HistoryRecord { number, record });
    }
    let number = u64::try_from(leaves.len()).unwrap();
    let until = u64::try_from(NOVEMBER).unwrap() + 60;
    let root = index.root();
    leaves.push(tree::leaf_hash(&Entry::Index { size: number, at: until, root }.encode()));
    let mut subtree = |level: u8, place: u64| {
        let from = usize::try_from(place << level).unwrap();
        Ok::<_, ()>(tree::fold(&leaves[from..from + (1 << level)]).unwrap())
    };
    let tree_root = tree::root(number + 1, &mut subtree).unwrap();
    let proof = tree::prove_inclusion(number, number + 1, &mut subtree).unwrap();
    let (log, witness) = keys();
    let text = Checkpoint::new("senim.example/log", number + 1, tree_root).to_string();
    let signatures = vec![log.sign(&text, 0), witness.sign(&text, until)];
    let pseudonym = key.pseudonym(month);
    History {
        format: FORMAT.to_owned(),
        client_key: to_base64(&key.0),
        checkpoint: Note { text, signatures }.to_string(),
        index: IndexEntry {
            number,
            at: until,
            root: to_base64(&root),
            proof: proof.iter().map(|it| to_base64(it)).collect(),
        },
        months: vec![HistoryMonth::new(
            month,
            index.chain(pseudonym),
            &index.prove(pseudonym),
            own,
        )],
        pruned: None,
        since: None,
    }
}

fn found(history: &History, known: Known<'_>) -> Findings {
    examine(&serde_json::to_string(history).unwrap(), &policy(), known, None)
}

fn fault(history: &History, known: Known<'_>) -> Fault {
    match found(history, known) {
        Findings::Fails(failure) => failure.fault,
        Findings::Holds(proven) => panic!("{proven:?}"),
    }
}

#[test]
fn a_history_that_holds_says_what_each_record_is_and_that_its_consent_allowed_it() {
    let records = [granted(0, None), read(10, |_| ()), ended(20)];
    let Findings::Holds(proven) = found(&history(&records), Known::default()) else { panic!() };
    let events: Vec<_> = proven.records.iter().map(|it| it.event.as_str()).collect();
    assert_eq!(events, ["consent.granted", "data.read", "consent.ended"]);
    let used = &proven.records[1];
    assert_eq!(
        (used.number, used.consent, used.interaction, used.uncovered),
        (1, Some(CONSENT), Some(UseId(5)), None)
    );
    assert_eq!((proven.size, proven.older, proven.witnessed.len()), (4, None, 1));
    // What is kept is read again at the next visit.
    let known = Known { checkpoint: Some(&proven.checkpoint), from: Some(&proven.from) };
    let Findings::Holds(again) = found(&history(&records), known) else { panic!() };
    assert_eq!(again.older, Some(4));
    // The worker's answer and the page's reading of it are the same.
    let text = serde_json::to_string(&Findings::Holds(again.clone())).unwrap();
    assert_eq!(serde_json::from_str::<Findings>(&text).unwrap(), Findings::Holds(again));
}

#[test]
fn each_way_to_tamper_has_its_own_fault() {
    let whole = history(&[granted(0, None), read(10, |_| ()), ended(20)]);
    let after = |tamper: &dyn Fn(&mut History)| {
        let mut tampered = whole.clone();
        tamper(&mut tampered);
        fault(&tampered, Known::default())
    };
    let altered = after(&|it| {
        let record = &mut it.months[0].records[1].record;
        *record = record.replace("/accounts", "/balances");
    });
    assert_eq!(altered, Fault::Altered);
    assert_eq!(after(&|it| drop(it.months[0].records.remove(1))), Fault::Missing);
    let unwitnessed = after(&|it| {
        let end = it.checkpoint.find("— witness").unwrap();
        it.checkpoint.truncate(end);
    });
    assert_eq!(unwitnessed, Fault::Unwitnessed);
    let stranger =
        after(&|it| it.checkpoint = it.checkpoint.replace("senim.example", "other.example"));
    assert_eq!(stranger, Fault::Stranger);
    assert_eq!(after(&|it| it.format = "another".to_owned()), Fault::Unreadable);

    // Another log under the same key, of the same length and of another; and the beginning left out.
    let other = history(&[granted(0, None), read(11, |_| ()), ended(20)]);
    let longer = history(&[granted(0, None), read(10, |_| ()), read(12, |_| ()), ended(20)]);
    for seen in [&other, &longer] {
        let known = Known { checkpoint: Some(&seen.checkpoint), from: None };
        assert_eq!(fault(&whole, known), Fault::Rewritten);
    }
    assert_eq!(fault(&whole, Known { checkpoint: None, from: Some("2026-10") }), Fault::Missing);
    assert_eq!(Fault::ALL.len(), 7);
}

/// The receipt of the first record of a log under another name and key, which tells of the former one.
fn restart(change: impl FnOnce(&mut Record), witness: &SigningKey) -> (String, String) {
    let former = {
        let text = Checkpoint::new("senim.example/log", 3, [5; 32]).to_string();
        let signatures = vec![keys().0.sign(&text, 0)];
        Note { text, signatures }.to_string()
    };
    let event = Event::LogRestarted { checkpoint: former, reason: "the disk burnt".to_owned() };
    let by = Actor::Operator("aigul".to_owned());
    let mut record = Record::new([4; 16], by, Subject::Log, event, at(90));
    change(&mut record);
    let record = record.encode().unwrap();
    let entry = Entry::of_record(&record, None);
    let leaf = tree::leaf_hash(&entry.encode());
    let log = SigningKey::new("senim.example/log/2", KeyKind::Log, &[8; 32]).unwrap();
    let text = Checkpoint::new("senim.example/log/2", 1, leaf).to_string();
    let checkpoint = Note { signatures: vec![log.sign(&text, 0), witness.sign(&text, 95)], text };
    let extra = Some(receipt::extra(&entry, &record));
    let proof = Proof { extra, index: 0, hashes: Vec::new(), checkpoint };
    let policy = format!("log {}\nwitness w {}\nquorum w\n", log.public(), witness.public());
    (proof.to_string(), policy)
}

#[test]
fn another_log_in_the_place_of_a_lost_one_is_no_forgery_where_the_same_witnesses_vouch_for_it() {
    let whole = history(&[granted(0, None), read(10, |_| ()), ended(20)]);
    let mut of_other = whole.clone();
    of_other.checkpoint = whole.checkpoint.replace("senim.example/log", "senim.example/log/2");
    let text = serde_json::to_string(&of_other).unwrap();
    let known = Known { checkpoint: Some(&whole.checkpoint), from: Some("2026-11") };
    let failure = |file: &str, offered: &str| {
        let offered = Offered { policy: offered, restart: file };
        match examine(&text, &policy(), known, Some(offered)) {
            Findings::Fails(failure) => failure,
            Findings::Holds(proven) => panic!("{proven:?}"),
        }
    };
    let (_, witness) = keys();
    let (file, offered) = restart(|_| (), &witness);
    let found = failure(&file, &offered);
    assert_eq!(found.fault, Fault::Restarted);
    let told = found.restarted.unwrap();
    // It has seen four entries, and the new log knows of three.
    assert_eq!((told.size, told.lost, told.reason.as_str()), (3, 1, "the disk burnt"));
    assert_eq!(
        (told.former.as_str(), told.origin.as_str()),
        ("senim.example/log", "senim.example/log/2")
    );
    assert_eq!(told.witnessed, [("witness.example".to_owned(), 95)]);

    // Whatever does not prove it stays a stranger's log.
    let stranger = SigningKey::new("other.example", KeyKind::Witness, &[9; 32]).unwrap();
    let unwitnessed = restart(|_| (), &stranger);
    assert_eq!(failure(&unwitnessed.0, &unwitnessed.1).fault, Fault::Stranger, "other witnesses");
    assert_eq!(failure(&unwitnessed.0, &offered).fault, Fault::Stranger, "no cosignature");
    let without = offered.replace("quorum w", "quorum none");
    assert_eq!(failure(&file, &without).fault, Fault::Stranger, "a weaker quorum");
    let other = restart(|it| it.event = Event::IdentityPassed {}, &witness);
    assert_eq!(failure(&other.0, &other.1).fault, Fault::Stranger, "another record");
    let unsigned = restart(
        |it| {
            if let Event::LogRestarted { checkpoint, .. } = &mut it.event {
                *checkpoint = checkpoint.replace("\n3\n", "\n2\n");
            }
        },
        &witness,
    );
    assert_eq!(failure(&unsigned.0, &unsigned.1).fault, Fault::Stranger, "an altered checkpoint");
    assert_eq!(failure("", &offered).fault, Fault::Stranger);
    // What is wrong with the former log itself is told as before.
    let mut altered = whole.clone();
    altered.months[0].records[1].record.push(' ');
    let altered = serde_json::to_string(&altered).unwrap();
    let offer = Offered { policy: &offered, restart: &file };
    let found = examine(&altered, &policy(), known, Some(offer));
    assert!(matches!(found, Findings::Fails(it) if it.fault == Fault::Altered));
}

#[test]
fn a_use_without_a_consent_of_that_moment_is_found() {
    type Change = fn(&mut Record);
    let event = |change: fn(&mut Event)| move |record: &mut Record| change(&mut record.event);
    let judged = |records: &[Record], used: usize| {
        let Findings::Holds(proven) = found(&history(records), Known::default()) else { panic!() };
        proven.records[used].uncovered
    };
    let own: Change = |_| ();
    assert_eq!(judged(&[granted(0, None), read(10, own)], 1), None);
    assert_eq!(judged(&[read(10, own)], 0), Some(Uncovered::NoConsent));
    let without: Change = |it| it.subject = Subject::Use(UseId(5));
    assert_eq!(judged(&[granted(0, None), read(10, without)], 1), Some(Uncovered::NoConsent));
    let other = event(|it| {
        if let Event::DataRead { consumer, .. } = it {
            *consumer = Some("040740003185".parse().unwrap());
        }
    });
    assert_eq!(judged(&[granted(0, None), read(10, other)], 1), Some(Uncovered::OtherConsumer));
    let elsewhere = event(|it| {
        if let Event::DataRead { provider, .. } = it {
            *provider = Some("190340012744".parse().unwrap());
        }
    });
    let provider = judged(&[granted(0, None), read(10, elsewhere)], 1);
    assert_eq!(provider, Some(Uncovered::OtherProvider));
    let alone = event(|it| {
        if let Event::DataRead { attended, .. } = it {
            *attended = Some(false);
        }
    });
    assert_eq!(judged(&[granted(0, None), read(10, alone)], 1), Some(Uncovered::WithoutClient));
    assert_eq!(judged(&[granted(0, Some(4)), read(10, alone)], 1), None);
    // Clocks differ by a minute, and edges hear of an end within five seconds.
    assert_eq!(judged(&[granted(61, None), read(0, own)], 1), Some(Uncovered::Early));
    assert_eq!(judged(&[granted(60, None), read(0, own)], 1), None);
    let over = [granted(0, None), ended(20), read(20 + 65, own)];
    assert_eq!(judged(&over, 2), None);
    let over = [granted(0, None), read(20 + 66, own), ended(20)];
    assert_eq!(judged(&over, 1), Some(Uncovered::Late));
    let day = 86_400;
    assert_eq!(judged(&[granted(0, None), read(day + 66, own)], 1), Some(Uncovered::Late));
}

/// Its consent may have been given in a month that the log has no more.
#[test]
fn a_use_whose_consent_is_older_than_a_pruned_log_is_not_judged() {
    let terms = consents::Terms::new();
    let of = |record: &Record, pruned| {
        let it = of_record(1, Some(record), &terms, pruned);
        (it.uncovered, it.unjudged)
    };
    let used = read(10, |_| ());
    assert_eq!(of(&used, false), (Some(Uncovered::NoConsent), false));
    assert_eq!(of(&used, true), (None, true));
    let without = read(10, |it| it.subject = Subject::Use(UseId(5)));
    assert_eq!(of(&without, true), (Some(Uncovered::NoConsent), false));
    assert_eq!(of(&granted(0, None), true), (None, false));
}

#[test]
fn a_record_of_a_later_version_is_proven_and_not_read() {
    let mut later = history(&[granted(0, None)]);
    assert!(matches!(found(&later, Known::default()), Findings::Holds(_)));
    later.months[0].records[0].record = "{\"v\":2}".to_owned();
    assert_eq!(fault(&later, Known::default()), Fault::Altered);
    assert_eq!(of_record(9, None, &consents::Terms::new(), false).event, "");
}
