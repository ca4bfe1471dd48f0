-- Whose checks are counted and blocked by whom they are requested, and which browsers a person has passed in: core/src/identity.

-- Accepted for a minute after the end, to show where the browser goes: an answer with a new secret may be lost.
ALTER TABLE identity_session ADD COLUMN former_secret_hash TEXT;
CREATE INDEX identity_session_former ON identity_session (former_secret_hash);

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

DROP TABLE identity_block;

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
