-- Requests to the photo matching service, and what kind of participant makes them: core/src/photo/matching.rs.
ALTER TABLE participant ADD COLUMN kind TEXT NOT NULL DEFAULT 'ordinary'
    CHECK (kind IN ('ordinary', 'finance-centre', 'e-commerce'));

CREATE TABLE photo_request (
    id            TEXT    NOT NULL PRIMARY KEY,
    bin           TEXT    NOT NULL,
    system        TEXT    NOT NULL,          -- the certificate's common name
    iin_index     TEXT    NOT NULL,
    iin_sealed    {BYTES} NOT NULL,
    photo_digest  TEXT    NOT NULL,          -- SHA-256, never the picture
    solution      TEXT    NOT NULL,
    personal_data BIGINT  NOT NULL,          -- asked for
    asked_at      BIGINT  NOT NULL,

    -- Where the request stands. Each state has exactly its own columns.
    state         TEXT    NOT NULL,
    finished_at   BIGINT,
    problem       TEXT,
    degree_millis BIGINT,                    -- thousandths of the degree of match
    solution_id     TEXT,                      -- solution_request
    accepted_at   BIGINT,
    confirmation  TEXT,                      -- the participant's JWS, once it held

    CONSTRAINT photo_request_state CHECK (
        CASE state
            WHEN 'started'   THEN finished_at IS NULL     AND problem IS NULL     AND degree_millis IS NULL     AND solution_id IS NULL     AND accepted_at IS NULL     AND confirmation IS NULL
            WHEN 'refused'   THEN finished_at IS NOT NULL AND problem IS NOT NULL AND degree_millis IS NULL     AND solution_id IS NULL     AND accepted_at IS NULL     AND confirmation IS NULL
            WHEN 'failed'    THEN finished_at IS NOT NULL AND problem IS NOT NULL AND degree_millis IS NULL     AND solution_id IS NULL     AND accepted_at IS NULL     AND confirmation IS NULL
            WHEN 'unmatched' THEN finished_at IS NOT NULL AND problem IS NULL     AND degree_millis IS NOT NULL AND solution_id IS NOT NULL AND accepted_at IS NULL     AND confirmation IS NULL
            WHEN 'matched'   THEN finished_at IS NOT NULL AND problem IS NULL     AND degree_millis IS NOT NULL AND solution_id IS NOT NULL AND accepted_at IS NULL     AND confirmation IS NULL
            WHEN 'accepted'  THEN finished_at IS NOT NULL AND problem IS NULL     AND degree_millis IS NOT NULL AND solution_id IS NOT NULL AND accepted_at IS NOT NULL
            ELSE FALSE
        END
    )
);

CREATE INDEX photo_request_asked_at ON photo_request (bin, asked_at);
CREATE INDEX photo_request_person ON photo_request (bin, iin_index, asked_at);

-- Persons whom a participant has checked offline after three photos that did not match (PHM-6).
CREATE TABLE photo_offline_check (
    bin        TEXT   NOT NULL,
    iin_index  TEXT   NOT NULL,              -- photo_request.iin_index
    system     TEXT   NOT NULL,              -- the certificate's common name
    checked_at BIGINT NOT NULL,              -- as it was reported

    PRIMARY KEY (bin, iin_index)
);
