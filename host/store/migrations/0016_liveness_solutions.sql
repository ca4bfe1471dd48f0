-- Liveness checks of identity sessions are counted by solution as matches are (BIO-5): another purpose, two more outcomes.
CREATE TABLE solution_request_new (
    id          TEXT   NOT NULL PRIMARY KEY,
    solution    TEXT   NOT NULL,
    purpose     TEXT   NOT NULL,            -- session, liveness, photo
    participant TEXT,                       -- for whom; absent in a sign-in to the cabinet
    asked_at    BIGINT NOT NULL,
    took_ms     BIGINT NOT NULL,
    price_tiyn  BIGINT NOT NULL,            -- agreed at that moment

    -- What came of it. Each outcome has exactly its own columns.
    outcome     TEXT   NOT NULL,
    why         TEXT,                       -- a problem's code, or a fault's name

    CONSTRAINT solution_request_purposes CHECK (purpose IN ('session', 'liveness', 'photo')),
    CONSTRAINT solution_request_outcomes CHECK (
        CASE outcome
            WHEN 'matched'   THEN why IS NULL     AND purpose <> 'liveness'
            WHEN 'unmatched' THEN why IS NULL     AND purpose <> 'liveness'
            WHEN 'live'      THEN why IS NULL     AND purpose = 'liveness'
            WHEN 'not-live'  THEN why IS NULL     AND purpose = 'liveness'
            WHEN 'refused'   THEN why IS NOT NULL
            WHEN 'failed'    THEN why IS NOT NULL
            ELSE FALSE
        END
    )
);

INSERT INTO solution_request_new (id, solution, purpose, participant, asked_at, took_ms, price_tiyn, outcome, why)
SELECT id, solution, purpose, participant, asked_at, took_ms, price_tiyn, outcome, why
  FROM solution_request;

DROP TABLE solution_request;

ALTER TABLE solution_request_new RENAME TO solution_request;

CREATE INDEX solution_request_asked_at ON solution_request (asked_at);
