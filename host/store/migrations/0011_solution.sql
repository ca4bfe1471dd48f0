-- Requests to biometric solutions, each try a row, counted for what is paid: core/src/vendor.
CREATE TABLE solution_request (
    id          TEXT   NOT NULL PRIMARY KEY,
    solution    TEXT   NOT NULL,
    purpose     TEXT   NOT NULL,            -- session, photo
    participant TEXT,                       -- for whom; absent in a sign-in to the cabinet
    asked_at    BIGINT NOT NULL,
    took_ms     BIGINT NOT NULL,
    price_tiyn  BIGINT NOT NULL,            -- agreed at that moment

    -- What came of it. Each outcome has exactly its own columns.
    outcome     TEXT   NOT NULL,
    why         TEXT,                       -- a problem's code, or a fault's name

    CONSTRAINT solution_request_purpose CHECK (purpose IN ('session', 'photo')),
    CONSTRAINT solution_request_outcome CHECK (
        CASE outcome
            WHEN 'matched'   THEN why IS NULL
            WHEN 'unmatched' THEN why IS NULL
            WHEN 'refused'   THEN why IS NOT NULL
            WHEN 'failed'    THEN why IS NOT NULL
            ELSE FALSE
        END
    )
);

CREATE INDEX solution_request_asked_at ON solution_request (asked_at);
