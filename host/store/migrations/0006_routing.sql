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
