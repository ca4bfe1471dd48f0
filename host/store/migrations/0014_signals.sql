-- What consumers are told of ended and changed consents, and the deletion that they owe then: core/src/signals.
CREATE TABLE notice (
    id              TEXT   NOT NULL PRIMARY KEY,
    consent_id      TEXT   NOT NULL UNIQUE REFERENCES consent (id),
    grant_id        TEXT   NOT NULL,
    consumer        TEXT   NOT NULL,
    application     TEXT   NOT NULL,
    ended_by        TEXT,                      -- absent: the consent's term
    replaced_by     TEXT,
    ended_at        BIGINT NOT NULL,
    delete_by       BIGINT NOT NULL,
    overdue_recorded_at BIGINT,                -- when the journal was told that nothing was attested in time

    -- Where it stands. Each stage has exactly its own columns.
    stage           TEXT   NOT NULL,
    tries           BIGINT NOT NULL,
    next_try_at     BIGINT,
    fault           TEXT,
    acknowledged_at BIGINT,
    deleted_at      BIGINT,
    attestation     TEXT,                      -- the consumer's signed word

    CONSTRAINT notice_stage CHECK (
        CASE stage
            WHEN 'asked'        THEN next_try_at IS NOT NULL AND acknowledged_at IS NULL     AND deleted_at IS NULL     AND attestation IS NULL
            WHEN 'acknowledged' THEN next_try_at IS NULL     AND acknowledged_at IS NOT NULL AND deleted_at IS NULL     AND attestation IS NULL     AND fault IS NULL
            WHEN 'deleted'      THEN next_try_at IS NULL     AND acknowledged_at IS NOT NULL AND deleted_at IS NOT NULL AND attestation IS NOT NULL AND fault IS NULL
            ELSE FALSE
        END
    )
);

CREATE INDEX notice_application ON notice (application, stage, ended_at);
CREATE INDEX notice_next_try_at ON notice (next_try_at);
CREATE INDEX notice_delete_by ON notice (stage, delete_by);
