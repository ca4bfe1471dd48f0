-- The devices of an identity session: a phone that does the camera step, and browsers that the session has left: core/src/identity.
CREATE TABLE identity_handoff (
    session_id TEXT NOT NULL PRIMARY KEY REFERENCES identity_session (id),
    link_hash  TEXT UNIQUE,               -- of the newest link's secret, until a phone has opened it
    phone_hash TEXT UNIQUE,               -- of the phone's cookie
    CONSTRAINT identity_handoff_one CHECK (link_hash IS NULL OR phone_hash IS NULL)
);

CREATE TABLE identity_left (
    secret_hash TEXT NOT NULL PRIMARY KEY, -- of the cookie that the session no longer answers to
    session_id  TEXT NOT NULL REFERENCES identity_session (id)
);

CREATE INDEX identity_left_session ON identity_left (session_id);
