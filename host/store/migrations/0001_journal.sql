-- What was done, by whom, to what, written in the transaction that did it: core/src/journal.
CREATE TABLE journal (
    arrival  {ARRIVAL},                -- in which order records were written: for pages, with gaps
    id       TEXT   NOT NULL UNIQUE,
    at       BIGINT NOT NULL,
    event    TEXT   NOT NULL,
    actor    TEXT   NOT NULL,
    subject  TEXT   NOT NULL,
    record   TEXT   NOT NULL,          -- its written form, which the columns before repeat for searching
    position BIGINT UNIQUE             -- given by the sequencer, in order and without gaps
);
