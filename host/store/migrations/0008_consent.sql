-- The register of consents (CNS-1): core/src/consent.
CREATE TABLE consent (
    id             TEXT    NOT NULL PRIMARY KEY,
    grant_id       TEXT    NOT NULL,           -- the first of those that took each other's place
    replaces       TEXT    UNIQUE REFERENCES consent (id),
    application    TEXT    NOT NULL,
    consumer       TEXT    NOT NULL,
    iin_index      TEXT    NOT NULL,
    iin_sealed     {BYTES} NOT NULL,
    providers      TEXT    NOT NULL,           -- BINs, as JSON
    limits         TEXT    NOT NULL,           -- data, accounts, dates, as JSON
    identity_sealed {BYTES},                   -- what a consent to authentication allows, as JSON; absent in one to accounts
    purpose_code   TEXT    NOT NULL,
    purpose_text   TEXT,
    term_days      BIGINT,
    requested_at   BIGINT  NOT NULL,
    session_id     TEXT    NOT NULL,           -- the evidence of who said yes
    shown_sealed   {BYTES} NOT NULL,           -- the texts as the client saw them, as JSON; they name the client
    told_expired_at BIGINT,                    -- when the journal was told that its term was over

    -- Where the consent stands. Each state has exactly its own columns.
    state          TEXT    NOT NULL,
    answered_at    BIGINT,                     -- refused or abandoned
    granted_at     BIGINT,
    expires_at     BIGINT,                     -- absent: until withdrawn
    status_index   BIGINT  UNIQUE,
    text_hash      TEXT,
    ended_at       BIGINT,
    ended_by       TEXT,

    CONSTRAINT consent_state CHECK (
        CASE state
            WHEN 'requested' THEN answered_at IS NULL     AND granted_at IS NULL     AND expires_at IS NULL AND status_index IS NULL     AND text_hash IS NULL     AND ended_at IS NULL     AND ended_by IS NULL
            WHEN 'refused'   THEN answered_at IS NOT NULL AND granted_at IS NULL     AND expires_at IS NULL AND status_index IS NULL     AND text_hash IS NULL     AND ended_at IS NULL     AND ended_by IS NULL
            WHEN 'abandoned' THEN answered_at IS NOT NULL AND granted_at IS NULL     AND expires_at IS NULL AND status_index IS NULL     AND text_hash IS NULL     AND ended_at IS NULL     AND ended_by IS NULL
            WHEN 'granted'   THEN answered_at IS NULL     AND granted_at IS NOT NULL                        AND status_index IS NOT NULL AND text_hash IS NOT NULL AND ended_at IS NULL     AND ended_by IS NULL
            WHEN 'ended'     THEN answered_at IS NULL     AND granted_at IS NOT NULL                        AND status_index IS NOT NULL AND text_hash IS NOT NULL AND ended_at IS NOT NULL AND ended_by IS NOT NULL
            ELSE FALSE
        END
    )
);

CREATE INDEX consent_iin ON consent (iin_index, granted_at);
CREATE INDEX consent_grant ON consent (grant_id);
CREATE INDEX consent_consumer ON consent (consumer, state);
CREATE INDEX consent_expires_at ON consent (expires_at);
CREATE INDEX consent_ended_at ON consent (ended_at);
CREATE INDEX consent_answered_at ON consent (answered_at);
CREATE INDEX consent_session ON consent (session_id);

-- Whom a consent concerns, consumer and providers alike, so that a participant's consents are found by an index.
CREATE TABLE consent_party (
    consent_id TEXT NOT NULL REFERENCES consent (id),
    bin        TEXT NOT NULL,
    PRIMARY KEY (consent_id, bin)
);

CREATE INDEX consent_party_bin ON consent_party (bin);

-- The next place in the status list. Places are never given twice.
CREATE TABLE consent_index (
    name TEXT   NOT NULL PRIMARY KEY,
    next BIGINT NOT NULL
);

INSERT INTO consent_index (name, next) VALUES ('status-list', 0);
