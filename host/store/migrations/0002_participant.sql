-- Participants, the certificates of their servers, and their applications: core/src/participant.
CREATE TABLE participant (
    bin             TEXT   NOT NULL PRIMARY KEY,
    name            TEXT   NOT NULL,
    provider        BIGINT NOT NULL,
    consumer        BIGINT NOT NULL,
    base_url        TEXT,             -- where edges reach a provider

    standing        TEXT   NOT NULL,
    suspended_at    BIGINT,
    suspended_why   TEXT,

    CONSTRAINT participant_standing CHECK (
        CASE standing
            WHEN 'active'    THEN suspended_at IS NULL     AND suspended_why IS NULL
            WHEN 'suspended' THEN suspended_at IS NOT NULL AND suspended_why IS NOT NULL
            ELSE FALSE
        END
    )
);

CREATE TABLE participant_certificate (
    thumbprint TEXT NOT NULL PRIMARY KEY,   -- x5t#S256
    bin        TEXT NOT NULL REFERENCES participant (bin)
);

CREATE TABLE application (
    client_id   TEXT NOT NULL PRIMARY KEY,
    bin         TEXT NOT NULL REFERENCES participant (bin),
    name        TEXT NOT NULL,

    -- How it proves itself. Each way has exactly its own column.
    auth        TEXT NOT NULL,
    jwks        TEXT,
    subject     TEXT,                       -- of its certificates, which a renewal keeps (RFC 8705 §2.1.2)
    events_url  TEXT,                       -- where security events are pushed (RFC 8935); absent: it polls

    CONSTRAINT application_auth CHECK (
        CASE auth
            WHEN 'private_key_jwt' THEN jwks IS NOT NULL AND subject IS NULL
            WHEN 'tls_client_auth' THEN jwks IS NULL     AND subject IS NOT NULL
            ELSE FALSE
        END
    )
);

CREATE TABLE application_redirect (
    client_id    TEXT NOT NULL REFERENCES application (client_id),
    redirect_uri TEXT NOT NULL,
    PRIMARY KEY (client_id, redirect_uri)
);
