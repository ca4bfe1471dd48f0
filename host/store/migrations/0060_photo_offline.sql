-- Persons whom a participant has checked offline after three photos that did not match (PHM-6): core/src/photo/matching.rs.
CREATE TABLE photo_offline_check (
    bin        TEXT   NOT NULL,
    iin_index  TEXT   NOT NULL,              -- photo_request.iin_index
    system     TEXT   NOT NULL,              -- the certificate's common name
    checked_at BIGINT NOT NULL,              -- as it was reported

    PRIMARY KEY (bin, iin_index)
);
