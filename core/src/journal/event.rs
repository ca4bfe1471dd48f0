//! The events that can be recorded: one variant each, with typed fields.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::agreement::{Hashes, RuleText};
use crate::consent::{Data, EndedBy, PurposeCode};
use crate::id::{
    AuthorizationId, Bin, CaseId, ConsentId, MessageId, NoticeId, PasskeyId, SessionId,
    SolutionRequestId, UseId,
};
use crate::liveness::{Reason, Signal};
use crate::passkey::EndedBy as PasskeyEndedBy;
use crate::personal::Field;
use crate::problem::Problem;
use crate::release::GateName;
use crate::retention::HeldFor;
use crate::text::Language;

/// Declares the events: the variant, its name on the wire, its fields in the order in which they are written.
macro_rules! events {
    ($($(#[$doc:meta])* $variant:ident = $name:literal { $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)? })+) => {
        /// An event and its fields. A name, once written, keeps its meaning and its fields.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "event", content = "fields")]
        pub enum Event {
            $($(#[$doc])* #[serde(rename = $name)] $variant { $($(#[$field_doc])* $field: $type),* },)+
        }

        impl Event {
            /// Every event's name.
            pub const NAMES: &[&str] = &[$($name),+];

            /// Such as `consent.granted`.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $name),+ }
            }
        }
    };
}

// Kept in alphabetical order of names.
events! {
    AgreementAccepted = "agreement.accepted" { edition: u32, language: Language, hashes: Hashes }
    /// An edition holds from now on.
    AgreementPublished = "agreement.published" { rule: RuleText, edition: u32, hashes: Hashes }
    AgreementWithdrawn = "agreement.withdrawn" {
        /// Checks whose pictures were destroyed.
        destroyed: u64,
        /// Checks whose pictures stay.
        kept: u64,
        /// Sessions that ended by it.
        sessions: u64,
    }
    /// A request for authentication alone (IDX-14).
    AuthenticationPushed = "authentication.pushed" {
        client_id: String,
        fields: BTreeSet<Field>,
        purpose: PurposeCode,
        term_days: Option<u32>,
    }
    AuthorizationPushed = "authorization.pushed" {
        client_id: String,
        providers: BTreeSet<Bin>,
        data: BTreeSet<Data>,
        purpose: PurposeCode,
        term_days: Option<u32>,
    }
    AuthorizationRefused = "authorization.refused" { client_id: String, problem: Problem }
    /// A client reported a session as not theirs, and what was ended by that; the subject is that session.
    CabinetDisowned = "cabinet.disowned" {
        case: CaseId,
        /// Consents withdrawn.
        withdrawn: u64,
        /// Sessions ended.
        sessions: u64,
        /// No session for a participant is taken until then.
        locked_until: Timestamp,
    }
    /// The client is still there, and signed in until then.
    CabinetExtended = "cabinet.extended" { until: Timestamp }
    CabinetSignedOut = "cabinet.signed-out" {}
    /// An operator closed what a client had reported.
    CaseClosed = "case.closed" {
        case: CaseId,
        note: String,
        /// Whether sessions are taken again before the lock's own end.
        lifted: bool,
    }
    CodeIssued = "code.issued" { client_id: String, consent: ConsentId }
    CodeReplayed = "code.replayed" { client_id: String }
    /// The client left before deciding.
    ConsentAbandoned = "consent.abandoned" { session: SessionId, consumer: Bin }
    /// The subject is the consent that took the place of `replaces`, narrower.
    ConsentChanged = "consent.changed" {
        session: SessionId,
        replaces: ConsentId,
        consumer: Bin,
        providers: BTreeSet<Bin>,
        data: BTreeSet<Data>,
        expires_at: Option<Timestamp>,
        /// Requests a day without the client; absent: none.
        reads_a_day: Option<u16>,
    }
    ConsentEnded = "consent.ended" {
        by: EndedBy,
        consumer: Bin,
        granted_at: Option<Timestamp>,
        uses: u64,
    }
    ConsentExpired = "consent.expired" { consumer: Bin, expired_at: Timestamp }
    ConsentGranted = "consent.granted" {
        session: SessionId,
        consumer: Bin,
        application: String,
        providers: BTreeSet<Bin>,
        data: BTreeSet<Data>,
        term_days: Option<u32>,
        /// Requests a day without the client; absent: none.
        reads_a_day: Option<u16>,
        /// Of the consent's form.
        edition: u32,
        language: Language,
    }
    ConsentIdentityGranted = "consent.identity-granted" {
        session: SessionId,
        consumer: Bin,
        application: String,
        fields: BTreeSet<Field>,
        once: bool,
        term_days: Option<u32>,
        /// Of the consent's form.
        edition: u32,
        language: Language,
    }
    ConsentRefused = "consent.refused" { session: SessionId, consumer: Bin }
    DataRead = "data.read" {
        interaction: UseId,
        at: Timestamp,
        consumer: Option<Bin>,
        provider: Option<Bin>,
        attended: Option<bool>,
        route: String,
        status: u16,
        answer_bytes: u64,
        total_ms: u32,
        upstream_ms: Option<u32>,
        /// The edge's gate that decided.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gate: Option<GateName>,
    }
    DataRefused = "data.refused" {
        interaction: UseId,
        at: Timestamp,
        consumer: Option<Bin>,
        provider: Option<Bin>,
        attended: Option<bool>,
        route: String,
        status: u16,
        /// In the edge's spelling: a newer edge may know codes that this host does not.
        problem: Option<String>,
        total_ms: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gate: Option<GateName>,
    }
    /// The consumer attests that it has deleted what it received under the consent (OAPI-5).
    DeletionAttested = "deletion.attested" {
        notice: NoticeId,
        application: String,
        deleted_at: Timestamp,
    }
    /// A case for the operator: the consumer has not attested the deletion in its term.
    DeletionOverdue = "deletion.overdue" {
        notice: NoticeId,
        consumer: Bin,
        application: String,
        delete_by: Timestamp,
        acknowledged: bool,
    }
    /// The key of a check's pictures was destroyed.
    EvidenceDestroyed = "evidence.destroyed" {
        check: u8,
        /// SHA-256 of the pack in hexadecimal.
        pack: String,
        why: DestroyedBecause,
    }
    EvidenceExported = "evidence.exported" { check: u8, reason: String, frames: bool }
    EvidenceHeld = "evidence.held" { held_for: HeldFor, until: Timestamp, reason: String }
    EvidenceReleased = "evidence.released" { reason: String }
    /// The database was restored from a backup, and nodes follow it again.
    FeedRestored = "feed.restored" { epoch: u64, reason: String }
    IdentityBlocked = "identity.blocked" {
        until: Timestamp,
        /// The kind of requester for which the person is blocked.
        requester: String,
    }
    /// The challenge, without the nonce.
    IdentityChallenged = "identity.challenged" { check: u8, asked: String }
    IdentityChecked = "identity.checked" {
        check: u8,
        /// `passed`, or a problem's code.
        outcome: String,
        reasons: Vec<Reason>,
        signals: Vec<Signal>,
        repeated: usize,
        alike: usize,
        solution: String,
        matched_by: Option<String>,
        runtime: String,
        /// SHA-256 of the evidence bundle in hexadecimal.
        evidence: String,
    }
    IdentityCodeSent = "identity.code-sent" { message: MessageId }
    /// The session lasts longer, because the client is still there or a check has begun.
    IdentityExtended = "identity.extended" { extensions: u8 }
    IdentityFailed = "identity.failed" { problem: Problem }
    /// The frames were not the widget's, or had been seen before.
    IdentityForged = "identity.forged" { check: u8, problem: Problem }
    /// A check at a solution with a front part of its own has ended.
    IdentityFrontChecked = "identity.front-checked" {
        check: u8,
        /// `passed`, or a problem's code.
        outcome: String,
        solution: String,
        request: SolutionRequestId,
        /// What the solution said of itself.
        version: Option<String>,
        /// Absent where no pack arrived at the solution, or it gave no valid answer.
        live: Option<bool>,
        reasons: Vec<String>,
        /// A fault's name.
        fault: Option<String>,
        repeated: usize,
        matched_by: Option<String>,
        /// SHA-256 of the evidence bundle in hexadecimal.
        evidence: String,
    }
    IdentityPassed = "identity.passed" {}
    /// The client has confirmed that the number on the phone is the one on the first device, or that it is not.
    IdentityPhoneCompared = "identity.phone-compared" { same: bool }
    /// A link for a phone was shown: the how many-th of the session.
    IdentityPhoneOffered = "identity.phone-offered" { link: u8 }
    IdentityPhoneOpened = "identity.phone-opened" {}
    IdentityPhoneTakenBack = "identity.phone-taken-back" {}
    IdentityRestarted = "identity.restarted" {}
    IdentityStarted = "identity.started" { purpose: StartedFor }
    KeyRotated = "key.rotated" {}
    /// Entries before the minimum index are given up: their term is over.
    LogPruned = "log.pruned" {
        minimum: u64,
        /// The first month that the log still has, such as `2026-11`.
        from: String,
    }
    /// Another log began, because the former one was lost; this is its first record.
    LogRestarted = "log.restarted" {
        /// The note of the former log's last published checkpoint.
        checkpoint: String,
        reason: String,
    }
    /// A month of the log is sealed: core/src/log/segment.rs.
    LogSealed = "log.sealed" {
        month: String,
        first: u64,
        size: u64,
        /// Of the tree, and of the month's entries, in base64.
        root: String,
        entries: String,
    }
    MasterKeyRotated = "master-key.rotated" {
        /// Values re-sealed under the current key in the last run.
        values: u64,
    }
    MessageGivenUp = "message.given-up" { message: MessageId }
    MessageSent = "message.sent" { message: MessageId, tries: u32 }
    NodeRegistered = "node.registered" {}
    NodeResumed = "node.resumed" {}
    NodeSuspended = "node.suspended" { reason: String }
    NoticeAcknowledged = "notice.acknowledged" {
        notice: NoticeId,
        application: String,
        tries: u32,
        /// Pushed, or polled.
        pushed: bool,
    }
    /// The consumer says that it can't use a security event token, and why, in one word.
    NoticeRefused = "notice.refused" { notice: NoticeId, application: String, fault: String }
    OperatorAdded = "operator.added" {}
    OperatorLocked = "operator.locked" {
        until: Option<Timestamp>,
        /// Where the name is locked until then: its `browser`, an `address`, `unknown`, or all `strangers`.
        requester: String,
    }
    OperatorSignedIn = "operator.signed-in" {}
    /// What a participant may ask for as a consumer, at each edge node, from now on.
    ParticipantAllowanceSet = "participant.allowance-set" {
        requests_a_minute: u32,
        application_requests_a_minute: u32,
        application_requests_a_day: u32,
        consent_requests_a_minute: u32,
    }
    ParticipantRegistered = "participant.registered" { name: String }
    ParticipantResumed = "participant.resumed" {}
    ParticipantSuspended = "participant.suspended" { reason: String }
    PasskeyAdded = "passkey.added" { passkey: PasskeyId }
    PasskeyEnded = "passkey.ended" { passkey: PasskeyId, by: PasskeyEndedBy }
    /// The cabinet was opened with it; the subject is the session.
    PasskeyUsed = "passkey.used" { passkey: PasskeyId }
    /// Which fields a consumer received, never what stands in them.
    PersonalDataGiven = "personal-data.given" {
        interaction: UseId,
        consumer: Bin,
        fields: BTreeSet<Field>,
    }
    PersonalDataRefused = "personal-data.refused" {
        interaction: UseId,
        consumer: Bin,
        problem: Problem,
    }
    PhotoAccepted = "photo.accepted" { confirmed: bool }
    /// The person was checked offline after this many failures (PHM-6).
    PhotoCheckedOffline = "photo.checked-offline" { failures: u64 }
    PhotoDataGiven = "photo.data-given" {}
    PhotoFailed = "photo.failed" { solution: String, problem: Problem }
    PhotoMatched = "photo.matched" {
        solution: String,
        solution_request: SolutionRequestId,
        /// In thousandths of a degree of match.
        degree_millis: i64,
    }
    PhotoRefused = "photo.refused" {
        solution: String,
        problem: Problem,
        /// Codes of the photo rules that failed (PHM-5).
        failed: Vec<String>,
    }
    PhotoUnmatched = "photo.unmatched" {
        solution: String,
        solution_request: SolutionRequestId,
        degree_millis: i64,
    }
    /// A look into the state register.
    SourceAsked = "source.asked" { purpose: Look }
    TokenIssued = "token.issued" { client_id: String, grant_type: GrantType, bound_to: Binding }
}

/// The purpose of an identity session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StartedFor {
    Authorization { authorization: AuthorizationId, consumer: Bin, application: String },
    Cabinet,
}

/// Why the state register was looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Look {
    /// Whether the person exists (IDX-1).
    Person,
    /// The reference photo of a liveness check.
    Check,
    /// The reference photo of a participant's photo matching request (PHM-2).
    PhotoMatch,
    /// Personal data for a participant whose match was accepted (PHM-3).
    PersonalData,
}

/// Why pictures were destroyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DestroyedBecause {
    /// Their term is over.
    Term,
    /// The client took the consent to processing back (IDX-13).
    AgreementWithdrawn,
}

/// `grant_type` of RFC 6749.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    AuthorizationCode,
    ClientCredentials,
    RefreshToken,
}

/// What a token is bound to (RFC 8705, RFC 9449).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Binding {
    Certificate,
    Dpop,
}
