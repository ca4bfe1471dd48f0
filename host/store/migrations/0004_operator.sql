-- Operators of the console and their open sessions: core/src/monitoring.
CREATE TABLE operator (
    name          TEXT    NOT NULL PRIMARY KEY,
    password_hash TEXT    NOT NULL,          -- Argon2id, PHC string
    totp_sealed   {BYTES} NOT NULL,
    totp_step     BIGINT  NOT NULL,          -- the last step used; none is used twice (RFC 6238 §5.2)
    failures      BIGINT  NOT NULL,          -- in a row
    locked_until  BIGINT
);

CREATE TABLE operator_session (
    secret_hash TEXT   NOT NULL PRIMARY KEY,
    name        TEXT   NOT NULL REFERENCES operator (name),
    opened_at   BIGINT NOT NULL,
    seen_at     BIGINT NOT NULL
);
