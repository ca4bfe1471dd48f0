-- Operators of the console, their open sessions, their browsers, and failed sign-ins: core/src/operator.
CREATE TABLE operator (
    name          TEXT    NOT NULL PRIMARY KEY,
    password_hash TEXT    NOT NULL,          -- Argon2id, PHC string
    totp_sealed   {BYTES} NOT NULL,
    totp_step     BIGINT  NOT NULL           -- the last step used; none is used twice (RFC 6238 §5.2)
);

CREATE TABLE operator_session (
    secret_hash TEXT   NOT NULL PRIMARY KEY,
    name        TEXT   NOT NULL REFERENCES operator (name),
    opened_at   BIGINT NOT NULL,
    seen_at     BIGINT NOT NULL
);

-- Failed sign-ins by name and by where they come from.
CREATE TABLE operator_attempt (
    name         TEXT   NOT NULL,
    requester    TEXT   NOT NULL,          -- browser:HASH, address:PREFIX, unknown, or strangers for all but browsers
    failures     BIGINT NOT NULL,          -- in a row
    locked_until BIGINT,
    failed_at    BIGINT NOT NULL,          -- the last
    PRIMARY KEY (name, requester)
);

CREATE INDEX operator_attempt_failed_at ON operator_attempt (failed_at);

-- Browsers in which an operator has signed in.
CREATE TABLE operator_browser (
    secret_hash TEXT   NOT NULL PRIMARY KEY,
    name        TEXT   NOT NULL REFERENCES operator (name),
    known_at    BIGINT NOT NULL
);

CREATE INDEX operator_browser_known_at ON operator_browser (known_at);
