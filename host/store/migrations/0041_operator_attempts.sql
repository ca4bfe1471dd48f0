-- Failed sign-ins by name and where they come from, and browsers in which an operator has signed in: core/src/monitoring.
ALTER TABLE operator DROP COLUMN failures;
ALTER TABLE operator DROP COLUMN locked_until;

CREATE TABLE operator_attempt (
    name         TEXT   NOT NULL,
    requester    TEXT   NOT NULL,          -- browser:HASH, address:PREFIX, unknown, or strangers for all but browsers
    failures     BIGINT NOT NULL,          -- in a row
    locked_until BIGINT,
    failed_at    BIGINT NOT NULL,          -- the last
    PRIMARY KEY (name, requester)
);

CREATE INDEX operator_attempt_failed_at ON operator_attempt (failed_at);

CREATE TABLE operator_browser (
    secret_hash TEXT   NOT NULL PRIMARY KEY,
    name        TEXT   NOT NULL REFERENCES operator (name),
    known_at    BIGINT NOT NULL
);

CREATE INDEX operator_browser_known_at ON operator_browser (known_at);
