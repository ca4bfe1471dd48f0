-- The Merkle log that the journal's records are committed to: core/src/log. Its files lie in a folder; this row says how long
-- the log is, and is changed by comparing first, so that neither a second process nor a restored backup can fork it.
CREATE TABLE log_lock (
    origin   TEXT    NOT NULL PRIMARY KEY,     -- the log's name; one row
    size     BIGINT  NOT NULL,
    root     {BYTES} NOT NULL,
    began_at BIGINT  NOT NULL,
    last_at  BIGINT  NOT NULL                  -- of the last entry; the next one is not earlier
);

-- Where a record stands in the log, whose it is (a blind index), and the month of its pseudonym.
ALTER TABLE journal ADD COLUMN log_number BIGINT;
ALTER TABLE journal ADD COLUMN log_client TEXT;
ALTER TABLE journal ADD COLUMN log_month TEXT;

CREATE UNIQUE INDEX journal_log_number ON journal (log_number);
CREATE INDEX journal_log_waiting ON journal (position) WHERE log_number IS NULL;
CREATE INDEX journal_log_client ON journal (log_client, log_number);
