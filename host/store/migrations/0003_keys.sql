-- The platform's signing keys. A retired one is published until all that it signed has run out.
CREATE TABLE signing_key (
    kid           TEXT    NOT NULL PRIMARY KEY,
    public_jwk    TEXT    NOT NULL,
    secret_sealed {BYTES} NOT NULL,
    made_at       BIGINT  NOT NULL,
    retired_at    BIGINT
);

-- Secrets of the platform's own that outlive a master key: host/store/src/seal.rs.
CREATE TABLE platform_secret (
    name         TEXT    NOT NULL PRIMARY KEY,
    value_sealed {BYTES} NOT NULL
);
