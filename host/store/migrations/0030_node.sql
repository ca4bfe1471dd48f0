-- Edge nodes and the certificates that they are known by: host/src/routing/node.rs.
CREATE TABLE node (
    name          TEXT   NOT NULL PRIMARY KEY,
    suspended_at  BIGINT,
    suspended_why TEXT,

    CONSTRAINT node_standing CHECK ((suspended_at IS NULL) = (suspended_why IS NULL))
);

CREATE TABLE node_certificate (
    thumbprint TEXT NOT NULL PRIMARY KEY,   -- x5t#S256
    name       TEXT NOT NULL REFERENCES node (name)
);
