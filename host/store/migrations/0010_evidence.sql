-- What is kept of liveness checks for disputes (DSP-1), and frames that are known again: host/src/evidence.
CREATE TABLE evidence_bundle (
    session_id    TEXT    NOT NULL,
    number        BIGINT  NOT NULL,
    bundle_sealed {BYTES} NOT NULL,            -- challenge, facts, verdict, digests, as JSON
    digest        TEXT    NOT NULL,            -- SHA-256 of that JSON; the journal has it too
    made_at       BIGINT  NOT NULL,
    PRIMARY KEY (session_id, number),
    FOREIGN KEY (session_id, number) REFERENCES identity_check (session_id, number)
);

CREATE INDEX evidence_bundle_made_at ON evidence_bundle (made_at);

-- The pack of frames as it came: pictures of a person, kept for days, encrypted under a key of its own.
CREATE TABLE evidence_frames (
    session_id  TEXT    NOT NULL,
    number      BIGINT  NOT NULL,
    digest      TEXT    NOT NULL,            -- SHA-256 of the pack
    pack        {BYTES} NOT NULL,            -- under key_sealed
    key_sealed  {BYTES} NOT NULL,            -- destroyed with the row: what else holds the pack can't open it
    forget_at   BIGINT  NOT NULL,
    PRIMARY KEY (session_id, number),
    FOREIGN KEY (session_id, number) REFERENCES identity_check (session_id, number)
);

CREATE INDEX evidence_frames_forget_at ON evidence_frames (forget_at);

-- Sessions whose evidence an operator holds beyond its term, for a dispute or by law.
CREATE TABLE evidence_hold (
    session_id TEXT   NOT NULL PRIMARY KEY,
    held_for   TEXT   NOT NULL,
    held_by    TEXT   NOT NULL,              -- an operator
    held_at    BIGINT NOT NULL,
    held_until BIGINT NOT NULL,
    CONSTRAINT evidence_hold_for CHECK (held_for IN ('dispute', 'law'))
);

CREATE INDEX evidence_hold_until ON evidence_hold (held_until);

-- Each frame that ever came, by the digest of its bytes.
CREATE TABLE evidence_frame_seen (
    digest     TEXT   NOT NULL,
    session_id TEXT   NOT NULL,
    number     BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    PRIMARY KEY (digest, session_id, number)
);

CREATE INDEX evidence_frame_seen_at ON evidence_frame_seen (seen_at);

-- The prints of portraits, each under every one of its parts: core/src/liveness/print.rs.
CREATE TABLE evidence_print (
    band       BIGINT  NOT NULL,
    part       BIGINT  NOT NULL,
    print      {BYTES} NOT NULL,               -- all parts, big-endian
    session_id TEXT    NOT NULL,
    seen_at    BIGINT  NOT NULL
);

CREATE INDEX evidence_print_part ON evidence_print (part, band);
CREATE INDEX evidence_print_seen_at ON evidence_print (seen_at);

-- What is kept of a body that no verdict was made of: enough to know it again, and no pictures: host/src/evidence.
CREATE TABLE evidence_rejected (
    session_id  TEXT    NOT NULL,
    number      BIGINT  NOT NULL,
    digest      TEXT    NOT NULL,          -- SHA-256 of the body
    length      BIGINT  NOT NULL,
    head_sealed {BYTES} NOT NULL,          -- its first bytes
    forget_at   BIGINT  NOT NULL,
    PRIMARY KEY (session_id, number),
    FOREIGN KEY (session_id, number) REFERENCES identity_check (session_id, number)
);

CREATE INDEX evidence_rejected_forget_at ON evidence_rejected (forget_at);
