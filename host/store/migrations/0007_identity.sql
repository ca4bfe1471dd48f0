-- Identity sessions, the evidence of their checks, and whose liveness is blocked: core/src/identity.
CREATE TABLE identity_session (
    id               TEXT    NOT NULL PRIMARY KEY,
    secret_hash      TEXT    NOT NULL UNIQUE,  -- of the cookie
    authorization_id TEXT    UNIQUE,           -- absent in a sign-in to the cabinet
    dialogue_sealed  {BYTES} NOT NULL,         -- the dialogue as JSON, with whom it is about
    started_at       BIGINT  NOT NULL,

    -- Where the session stands. Each state has exactly its own columns.
    state            TEXT    NOT NULL,
    deadline_at      BIGINT,                   -- when time alone changes something
    ended_at         BIGINT,
    problem          TEXT,                     -- why it failed
    cabinet_until    BIGINT,                   -- signed in to the cabinet

    CONSTRAINT identity_session_state CHECK (
        CASE state
            WHEN 'open'   THEN deadline_at IS NOT NULL AND ended_at IS NULL     AND problem IS NULL     AND cabinet_until IS NULL
            WHEN 'passed' THEN deadline_at IS NULL     AND ended_at IS NOT NULL AND problem IS NULL     AND cabinet_until IS NOT NULL
            WHEN 'failed' THEN deadline_at IS NULL     AND ended_at IS NOT NULL AND problem IS NOT NULL AND cabinet_until IS NULL
            ELSE FALSE
        END
    )
);

CREATE INDEX identity_session_started_at ON identity_session (started_at);
CREATE INDEX identity_session_ended_at ON identity_session (ended_at);
CREATE INDEX identity_session_deadline_at ON identity_session (deadline_at);

-- Liveness checks, each counted when its challenge was handed out (IDX-2). What is kept of them: 0010_evidence.sql.
CREATE TABLE identity_check (
    session_id       TEXT    NOT NULL REFERENCES identity_session (id),
    number           BIGINT  NOT NULL,
    counted_at       BIGINT  NOT NULL,
    challenge_sealed {BYTES} NOT NULL,         -- as JSON; until it has been met nobody else may know it

    -- Where the check stands. Frames that can't be the challenge's are refused without being judged.
    arrived_at       BIGINT,
    ended_at         BIGINT,
    outcome          TEXT,                     -- passed, or a problem's code

    PRIMARY KEY (session_id, number),
    CONSTRAINT identity_check_ended CHECK (
        (ended_at IS NULL) = (outcome IS NULL) AND (ended_at IS NULL OR arrived_at IS NOT NULL)
    )
);

-- Liveness is blocked for a person, in every session (IDX-2).
CREATE TABLE identity_block (
    iin_index     TEXT   NOT NULL PRIMARY KEY,
    blocked_until BIGINT NOT NULL
);

-- Sign-ins to the cabinet by address and by person, counted in windows of time.
CREATE TABLE identity_attempt (
    subject       TEXT   NOT NULL,
    window_at     BIGINT NOT NULL,
    attempts      BIGINT NOT NULL,
    PRIMARY KEY (subject, window_at)
);
