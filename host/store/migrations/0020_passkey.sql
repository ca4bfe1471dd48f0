-- Passkeys, and answers to challenges that have been used: core/src/passkey.
CREATE TABLE passkey (
    id               TEXT    NOT NULL PRIMARY KEY,
    iin_index        TEXT    NOT NULL,
    credential_index TEXT    UNIQUE,           -- while it opens the cabinet
    owner_sealed     {BYTES} NOT NULL,         -- as JSON: whose cabinet, and the public key while it opens that
    added_at         BIGINT  NOT NULL,
    added_in         TEXT    NOT NULL,         -- the cabinet's session
    used_at          BIGINT,
    sign_count       BIGINT  NOT NULL,
    ended_at         BIGINT,
    ended_by         TEXT,

    CONSTRAINT passkey_ended CHECK (
        (ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (credential_index IS NOT NULL)
    )
);

CREATE INDEX passkey_person ON passkey (iin_index, added_at);
CREATE INDEX passkey_added_at ON passkey (added_at);

-- Only of answers that were accepted, so that strangers add none; forgotten when the challenge is over.
CREATE TABLE passkey_challenge (
    challenge_hash TEXT   NOT NULL PRIMARY KEY,
    used_at        BIGINT NOT NULL
);

CREATE INDEX passkey_challenge_used_at ON passkey_challenge (used_at);

-- What opened a session of the cabinet in place of the camera.
ALTER TABLE identity_session ADD COLUMN passkey_id TEXT;

CREATE INDEX identity_session_passkey ON identity_session (passkey_id);
