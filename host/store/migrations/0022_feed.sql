-- The feed as one ordered stream: a frame a deed, written in the deed's transaction: core/src/feed.
CREATE TABLE feed_head (
    name   TEXT   NOT NULL PRIMARY KEY,
    epoch  BIGINT NOT NULL,   -- grows when the database was restored from a backup
    seq    BIGINT NOT NULL,   -- of the last frame
    digest TEXT   NOT NULL,   -- of the last frame, in base64url
    keys   TEXT   NOT NULL    -- the key set of the last frame that held one
);

INSERT INTO feed_head (name, epoch, seq, digest, keys)
VALUES ('edges', 1, 0, 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', '{"keys":[]}');

-- The last minutes of it: what is older comes as a snapshot.
CREATE TABLE feed_frame (
    seq     BIGINT  NOT NULL PRIMARY KEY,
    kind    BIGINT  NOT NULL,
    payload {BYTES} NOT NULL,
    made_at BIGINT  NOT NULL
);

CREATE INDEX feed_frame_made ON feed_frame (made_at);

DROP TABLE feed;

-- How far each node is, as it acknowledged.
ALTER TABLE edge ADD COLUMN acked_epoch BIGINT;
ALTER TABLE edge ADD COLUMN acked_seq BIGINT;
ALTER TABLE edge ADD COLUMN bound_ms BIGINT;

-- The frame that told nodes of a consent's end.
ALTER TABLE consent ADD COLUMN ended_epoch BIGINT;
ALTER TABLE consent ADD COLUMN ended_seq BIGINT;
