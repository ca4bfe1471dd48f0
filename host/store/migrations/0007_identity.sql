-- Identity sessions, their checks, whose liveness is blocked for whom, and in which browsers persons have passed: core/src/identity.
CREATE TABLE identity_session (
    id                 TEXT    NOT NULL PRIMARY KEY,
    secret_hash        TEXT    NOT NULL UNIQUE,  -- of the cookie
    former_secret_hash TEXT,                     -- for a minute after the end: the answer with the new one may be lost
    authorization_id   TEXT    UNIQUE,           -- absent in a sign-in to the cabinet
    dialogue_sealed    {BYTES} NOT NULL,         -- the dialogue as JSON, with whom it is about
    iin_index          TEXT,                     -- once the person is known
    started_at         BIGINT  NOT NULL,

    -- Where the session stands. Each state has exactly its own columns.
    state              TEXT    NOT NULL,
    deadline_at        BIGINT,                   -- when time alone changes something
    ended_at           BIGINT,
    problem            TEXT,                     -- why it failed
    cabinet_until      BIGINT,                   -- signed in to the cabinet

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
CREATE INDEX identity_session_person ON identity_session (iin_index, ended_at);
CREATE INDEX identity_session_former ON identity_session (former_secret_hash);

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

-- Challenges drawn since the last check that passed.
CREATE TABLE identity_draw (
    session_id      TEXT   NOT NULL,
    number          BIGINT NOT NULL,
    iin_index       TEXT   NOT NULL,
    requester_index TEXT   NOT NULL,
    kind            TEXT   NOT NULL,
    drawn_at        BIGINT NOT NULL,
    PRIMARY KEY (session_id, number)
);

CREATE INDEX identity_draw_person ON identity_draw (iin_index, drawn_at);
CREATE INDEX identity_draw_drawn_at ON identity_draw (drawn_at);

-- Liveness is blocked for a person and a requester, in every session (IDX-2).
CREATE TABLE identity_block (
    iin_index       TEXT   NOT NULL,
    requester_index TEXT   NOT NULL,
    blocked_until   BIGINT NOT NULL,
    PRIMARY KEY (iin_index, requester_index)
);

-- Browsers in which a person proved their identity.
CREATE TABLE identity_browser (
    secret_hash TEXT   NOT NULL,           -- of a cookie
    iin_index   TEXT   NOT NULL,
    known_at    BIGINT NOT NULL,
    PRIMARY KEY (secret_hash, iin_index)
);

CREATE INDEX identity_browser_known_at ON identity_browser (known_at);

-- The number that a person's latest request was confirmed with: a sign-in's code goes there (IDX-11).
CREATE TABLE identity_phone (
    iin_index    TEXT    NOT NULL PRIMARY KEY,
    phone_sealed {BYTES} NOT NULL,
    confirmed_at BIGINT  NOT NULL
);

-- Sign-ins to the cabinet by address and by person, counted in windows of time.
CREATE TABLE identity_attempt (
    subject       TEXT   NOT NULL,
    window_at     BIGINT NOT NULL,
    attempts      BIGINT NOT NULL,
    PRIMARY KEY (subject, window_at)
);
