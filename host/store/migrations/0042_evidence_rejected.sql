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
