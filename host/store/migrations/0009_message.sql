-- Text messages on their way to the gateway. Once handed over or given up, only the fact is kept.
CREATE TABLE message (
    id           TEXT    NOT NULL PRIMARY KEY,
    session_id   TEXT    NOT NULL,
    made_at      BIGINT  NOT NULL,
    good_until   BIGINT  NOT NULL,             -- later it would carry a code that has expired

    -- Where the message stands. Each state has exactly its own columns.
    state        TEXT    NOT NULL,
    sealed       {BYTES},                      -- number and text
    next_try_at  BIGINT,
    tries        BIGINT  NOT NULL,
    finished_at  BIGINT,

    CONSTRAINT message_state CHECK (
        CASE state
            WHEN 'waiting'  THEN sealed IS NOT NULL AND next_try_at IS NOT NULL AND finished_at IS NULL
            WHEN 'sent'     THEN sealed IS NULL     AND next_try_at IS NULL     AND finished_at IS NOT NULL
            WHEN 'given-up' THEN sealed IS NULL     AND next_try_at IS NULL     AND finished_at IS NOT NULL
            ELSE FALSE
        END
    )
);

CREATE INDEX message_next_try_at ON message (next_try_at);
