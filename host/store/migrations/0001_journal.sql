-- What was done, by whom, to what, written in the transaction that did it: core/src/journal.
CREATE TABLE journal (
    id       TEXT   NOT NULL PRIMARY KEY,
    at       BIGINT NOT NULL,
    event    TEXT   NOT NULL,
    actor    TEXT   NOT NULL,
    subject  TEXT   NOT NULL,
    record   TEXT   NOT NULL,          -- its written form, which the columns before repeat for searching
    position BIGINT UNIQUE             -- given by the sequencer, in order and without gaps
);

CREATE INDEX journal_at ON journal (at, id);
