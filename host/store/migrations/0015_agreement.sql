-- Editions of the texts that clients agree to, who accepted which, and who took it back: core/src/agreement.
CREATE TABLE rule_edition (
    rule       TEXT   NOT NULL,
    number     BIGINT NOT NULL,
    holds_from BIGINT NOT NULL,
    texts      TEXT   NOT NULL,             -- paragraphs by language, as JSON
    kk_hash    TEXT   NOT NULL,
    ru_hash    TEXT   NOT NULL,
    PRIMARY KEY (rule, number),
    CONSTRAINT rule_edition_rule CHECK (rule IN ('user-agreement', 'consent'))
);

-- Of sessions that passed; of others the session itself has it.
CREATE TABLE agreement_acceptance (
    session_id  TEXT   NOT NULL PRIMARY KEY,
    iin_index   TEXT   NOT NULL,
    edition     BIGINT NOT NULL,
    language    TEXT   NOT NULL,
    accepted_at BIGINT NOT NULL
);

CREATE INDEX agreement_acceptance_person ON agreement_acceptance (iin_index, accepted_at);
CREATE INDEX agreement_acceptance_accepted_at ON agreement_acceptance (accepted_at);

CREATE TABLE agreement_withdrawal (
    iin_index    TEXT   NOT NULL,
    withdrawn_at BIGINT NOT NULL,
    session_id   TEXT   NOT NULL,            -- the cabinet's
    destroyed    BIGINT NOT NULL,            -- checks whose pictures went
    PRIMARY KEY (iin_index, withdrawn_at)
);

CREATE INDEX agreement_withdrawal_withdrawn_at ON agreement_withdrawal (withdrawn_at);
