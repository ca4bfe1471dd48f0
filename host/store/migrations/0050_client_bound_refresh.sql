-- Refresh tokens are bound to the client that authenticates, no longer to a certificate or key (RFC 8705 §7.1, RFC 9449 §5).
CREATE TABLE client_refresh_token (
    token_hash  TEXT   NOT NULL PRIMARY KEY,
    client_id   TEXT   NOT NULL REFERENCES application (client_id),
    consent_id  TEXT   NOT NULL,
    issued_at   BIGINT NOT NULL
);

INSERT INTO client_refresh_token (token_hash, client_id, consent_id, issued_at)
SELECT token_hash, client_id, consent_id, issued_at FROM refresh_token;

DROP TABLE refresh_token;

ALTER TABLE client_refresh_token RENAME TO refresh_token;

CREATE INDEX refresh_token_consent ON refresh_token (consent_id);
