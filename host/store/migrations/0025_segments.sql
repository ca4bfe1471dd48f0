-- Sealed months of the log, what was pruned of it, and the log that another one took the place of: core/src/log, docs/log.md.
CREATE TABLE log_segment (
    month        TEXT   NOT NULL PRIMARY KEY,
    first_number BIGINT NOT NULL UNIQUE,
    size         BIGINT NOT NULL UNIQUE,       -- of the tree at its end
    note         TEXT   NOT NULL,              -- signed, as it lies in the log's folder
    sealed_at    BIGINT NOT NULL,

    CONSTRAINT log_segment_entries CHECK (first_number < size)
);

-- A row is what acknowledges: from its commit on the entries before `minimum` are given up.
CREATE TABLE log_pruning (
    number     BIGINT NOT NULL PRIMARY KEY,    -- of the log's entry that says so
    minimum    BIGINT NOT NULL UNIQUE,         -- the first entry that is left
    from_month TEXT   NOT NULL,                -- the first month that is left whole
    pruned_at  BIGINT NOT NULL,
    done_at    BIGINT                          -- when the last row and file of what was given up was gone
);

-- Records of before 0021 that a participant did and whose fields name no consumer.
UPDATE journal
   SET consumer = SUBSTR(actor, 13)
 WHERE consumer IS NULL
   AND actor LIKE 'participant:%';
