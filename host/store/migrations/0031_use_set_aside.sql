-- What edges reported as uses and can't be kept as such, with the reason; nothing of it counts: host/src/routing/uses.rs.
CREATE TABLE use_set_aside (
    digest      TEXT   NOT NULL PRIMARY KEY,   -- of the body: told twice, it stands here once
    edge        TEXT   NOT NULL,
    received_at BIGINT NOT NULL,
    why         TEXT   NOT NULL,
    body        TEXT   NOT NULL
);
