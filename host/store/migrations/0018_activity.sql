-- What happened in a client's name and what they report as not theirs, alerts by text message, editions of the form of a
-- change: core/src/activity, core/src/alert, core/src/agreement.
CREATE TABLE disowned_case (
    id           TEXT   NOT NULL PRIMARY KEY,
    iin_index    TEXT   NOT NULL,
    session_id   TEXT   NOT NULL UNIQUE,       -- that was not the client's
    consumer     TEXT,                         -- whose request it served; absent in a sign-in to the cabinet
    opened_at    BIGINT NOT NULL,
    opened_in    TEXT   NOT NULL,              -- the cabinet's session
    withdrawn    BIGINT NOT NULL,              -- consents
    sessions     BIGINT NOT NULL,              -- ended by it
    locked_until BIGINT NOT NULL,              -- no session for a participant is taken before
    closed_at    BIGINT,
    closed_by    TEXT,
    note         TEXT,

    CONSTRAINT disowned_case_closed CHECK (
        (closed_at IS NULL) = (closed_by IS NULL) AND (closed_at IS NULL) = (note IS NULL)
    )
);

CREATE INDEX disowned_case_person ON disowned_case (iin_index, locked_until);
CREATE INDEX disowned_case_opened_at ON disowned_case (opened_at);

ALTER TABLE message ADD COLUMN kind TEXT NOT NULL DEFAULT 'code';
ALTER TABLE message ADD COLUMN iin_index TEXT;

CREATE INDEX message_person ON message (iin_index, made_at);

-- The number before the confirmed one, and when it was changed.
ALTER TABLE identity_phone ADD COLUMN former_sealed {BYTES};
ALTER TABLE identity_phone ADD COLUMN changed_at BIGINT;

-- When the client was told of the first use. Earlier first uses are not told any more.
ALTER TABLE consent ADD COLUMN told_first_use_at BIGINT;

UPDATE consent
   SET told_first_use_at = (SELECT MIN(done_at) FROM usage WHERE usage.consent_id = consent.id AND problem IS NULL AND status < 400);

-- The same with a third text: neither engine changes a constraint the same way.
CREATE TABLE rule_edition_0018 (
    rule       TEXT   NOT NULL,
    number     BIGINT NOT NULL,
    holds_from BIGINT NOT NULL,
    texts      TEXT   NOT NULL,             -- paragraphs by language, as JSON
    kk_hash    TEXT   NOT NULL,
    ru_hash    TEXT   NOT NULL,
    PRIMARY KEY (rule, number),
    CONSTRAINT rule_edition_text CHECK (rule IN ('user-agreement', 'consent', 'consent-change'))
);

INSERT INTO rule_edition_0018 (rule, number, holds_from, texts, kk_hash, ru_hash)
SELECT rule, number, holds_from, texts, kk_hash, ru_hash FROM rule_edition;

DROP TABLE rule_edition;

ALTER TABLE rule_edition_0018 RENAME TO rule_edition;
