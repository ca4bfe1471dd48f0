-- One request through an edge. Told again, it is the same row.
CREATE TABLE usage (
    id            TEXT   NOT NULL PRIMARY KEY,
    edge          TEXT   NOT NULL,
    done_at       BIGINT NOT NULL,
    consent_id    TEXT,
    consumer      TEXT,
    provider      TEXT,
    data          TEXT,
    attended      BIGINT,                      -- 1: the client was there; absent: it was not looked at
    route         TEXT   NOT NULL,
    status        BIGINT NOT NULL,
    problem       TEXT,
    request_bytes BIGINT NOT NULL,
    answer_bytes  BIGINT NOT NULL,
    total_ms      BIGINT NOT NULL,
    upstream_ms   BIGINT
);

CREATE INDEX usage_done_at ON usage (done_at);
CREATE INDEX usage_consent ON usage (consent_id, done_at);

-- What edges reported as uses and can't be kept as such, with the reason; nothing of it counts: host/src/usage/report.rs.
CREATE TABLE use_set_aside (
    digest      TEXT   NOT NULL PRIMARY KEY,   -- of the body: told twice, it stands here once
    edge        TEXT   NOT NULL,
    received_at BIGINT NOT NULL,
    why         TEXT   NOT NULL,
    body        TEXT   NOT NULL
);
