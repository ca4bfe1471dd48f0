-- The record of each use, so that a participant who holds a node's promise gets its receipt. Earlier uses had no promise.
ALTER TABLE usage ADD COLUMN record TEXT;

-- The participants that a record names: who receives data, or does what the record tells of, and whom they come from.
ALTER TABLE journal ADD COLUMN consumer TEXT;
ALTER TABLE journal ADD COLUMN provider TEXT;

UPDATE journal SET consumer = {FIELD consumer}, provider = {FIELD provider};

-- Each search of `senim journal find` reads one of these, or journal_log_client, from its end: host/store/src/find.rs.
CREATE INDEX journal_at ON journal (at);
CREATE INDEX journal_subject ON journal (subject, at);
CREATE INDEX journal_consumer ON journal (consumer, at) WHERE consumer IS NOT NULL;
CREATE INDEX journal_provider ON journal (provider, at) WHERE provider IS NOT NULL;
