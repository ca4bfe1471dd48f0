-- Secrets of the platform's own that outlive a master key: store/seal.rs.
CREATE TABLE platform_secret (
    name         TEXT    NOT NULL PRIMARY KEY,
    value_sealed {BYTES} NOT NULL
);
