-- Pushed authorization requests up to their code, refresh tokens, and what may be used once: core/src/authorization.
CREATE TABLE authorization_request (
    id               TEXT    NOT NULL PRIMARY KEY,
    client_id        TEXT    NOT NULL REFERENCES application (client_id),
    redirect_uri     TEXT    NOT NULL,
    client_state     TEXT,
    nonce            TEXT,
    code_challenge   TEXT    NOT NULL,
    dpop_jkt         TEXT,
    grant_id         TEXT,                   -- the grant whose place the new consent takes
    asked_sealed     {BYTES} NOT NULL,
    request_uri_hash TEXT    NOT NULL UNIQUE,
    pushed_at        BIGINT  NOT NULL,
    expires_at       BIGINT  NOT NULL,       -- of the request_uri

    -- Where the request stands. Each state has exactly its own columns.
    state            TEXT    NOT NULL,
    ended_at         BIGINT,
    consent_id       TEXT,
    code_hash        TEXT    UNIQUE,
    code_expires_at  BIGINT,
    redeemed_at      BIGINT,

    CONSTRAINT authorization_request_state CHECK (
        CASE state
            WHEN 'pushed'   THEN ended_at IS NULL     AND consent_id IS NULL     AND code_hash IS NULL     AND code_expires_at IS NULL     AND redeemed_at IS NULL
            WHEN 'refused'  THEN ended_at IS NOT NULL AND consent_id IS NULL     AND code_hash IS NULL     AND code_expires_at IS NULL     AND redeemed_at IS NULL
            WHEN 'granted'  THEN ended_at IS NOT NULL AND consent_id IS NOT NULL AND code_hash IS NOT NULL AND code_expires_at IS NOT NULL AND redeemed_at IS NULL
            WHEN 'redeemed' THEN ended_at IS NOT NULL AND consent_id IS NOT NULL AND code_hash IS NOT NULL AND code_expires_at IS NOT NULL AND redeemed_at IS NOT NULL
            ELSE FALSE
        END
    )
);

CREATE INDEX authorization_request_pushed_at ON authorization_request (pushed_at);

-- Bound to the client that authenticates, not to a certificate or key (RFC 8705 §7.1, RFC 9449 §5).
CREATE TABLE refresh_token (
    token_hash  TEXT   NOT NULL PRIMARY KEY,
    client_id   TEXT   NOT NULL REFERENCES application (client_id),
    consent_id  TEXT   NOT NULL,
    issued_at   BIGINT NOT NULL
);

CREATE INDEX refresh_token_consent ON refresh_token (consent_id);
CREATE INDEX authorization_request_consent ON authorization_request (consent_id);

-- Identifiers of client assertions and DPoP proofs, kept until they would be refused by their time.
CREATE TABLE used_once (
    owner      TEXT   NOT NULL,
    jti_hash   TEXT   NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (owner, jti_hash)
);

CREATE INDEX used_once_expires_at ON used_once (expires_at);
