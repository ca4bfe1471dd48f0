-- Text messages, with how they were handed over to the gateway: core/src/retention.
CREATE TABLE message (
    id           TEXT    NOT NULL PRIMARY KEY,
    session_id   TEXT    NOT NULL,
    made_at      BIGINT  NOT NULL,
    good_until   BIGINT  NOT NULL,             -- later it would carry a code that has expired

    -- Where the message stands. Each state has exactly its own columns.
    state        TEXT    NOT NULL,
    sealed       {BYTES} NOT NULL,             -- number and text
    next_try_at  BIGINT,
    tries        BIGINT  NOT NULL,
    finished_at  BIGINT,

    CONSTRAINT message_state CHECK (
        CASE state
            WHEN 'waiting'  THEN next_try_at IS NOT NULL AND finished_at IS NULL
            WHEN 'sent'     THEN next_try_at IS NULL     AND finished_at IS NOT NULL
            WHEN 'given-up' THEN next_try_at IS NULL     AND finished_at IS NOT NULL
            ELSE FALSE
        END
    )
);

CREATE INDEX message_next_try_at ON message (next_try_at);
CREATE INDEX message_session ON message (session_id);
CREATE INDEX message_made_at ON message (made_at);
