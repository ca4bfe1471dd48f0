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

-- The pack of frames as it came: pictures of a person, kept for days.
CREATE TABLE evidence_frames (
    session_id  TEXT    NOT NULL,
    number      BIGINT  NOT NULL,
    pack_sealed {BYTES} NOT NULL,
    forget_at   BIGINT  NOT NULL,
    PRIMARY KEY (session_id, number),
    FOREIGN KEY (session_id, number) REFERENCES identity_check (session_id, number)
);

CREATE INDEX evidence_frames_forget_at ON evidence_frames (forget_at);

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
