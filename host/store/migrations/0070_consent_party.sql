-- Whom a consent concerns, consumer and providers alike, so that a participant's consents are found by an index.
CREATE TABLE consent_party (
    consent_id TEXT NOT NULL REFERENCES consent (id),
    bin        TEXT NOT NULL,
    PRIMARY KEY (consent_id, bin)
);

CREATE INDEX consent_party_bin ON consent_party (bin);

INSERT INTO consent_party (consent_id, bin)
SELECT id, consumer FROM consent
UNION
-- Providers stand as ["123456789012","210987654321"]: one every 15 characters, 16 at most.
SELECT consent.id, substr(consent.providers, place.at, 12)
  FROM consent
  JOIN (SELECT  3 AS at UNION SELECT  18 UNION SELECT  33 UNION SELECT  48
  UNION SELECT 63 UNION SELECT  78 UNION SELECT  93 UNION SELECT 108
  UNION SELECT 123 UNION SELECT 138 UNION SELECT 153 UNION SELECT 168
  UNION SELECT 183 UNION SELECT 198 UNION SELECT 213 UNION SELECT 228) AS place
    ON place.at + 12 < length(consent.providers);
