-- What edges poll: a version that grows with each change, and when each edge was last heard: core/src/routing.
CREATE TABLE feed (
    name    TEXT   NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL
);

INSERT INTO feed (name, version) VALUES ('registry', 1), ('status-list', 1);

CREATE TABLE edge (
    name    TEXT   NOT NULL PRIMARY KEY,
    seen_at BIGINT NOT NULL
);

-- Edge nodes and the certificates that they are known by: host/src/caller/node.rs.
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
