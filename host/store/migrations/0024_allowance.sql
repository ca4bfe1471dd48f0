-- What each participant may ask for as a consumer, at each edge node: core/src/routing/allowance.rs. And the gate that decided
-- a request, as its node names it.
ALTER TABLE participant ADD COLUMN requests_a_minute             BIGINT NOT NULL DEFAULT 60000;
ALTER TABLE participant ADD COLUMN application_requests_a_minute BIGINT NOT NULL DEFAULT 60000;
ALTER TABLE participant ADD COLUMN application_requests_a_day    BIGINT NOT NULL DEFAULT 10000000;
ALTER TABLE participant ADD COLUMN consent_requests_a_minute     BIGINT NOT NULL DEFAULT 600;

ALTER TABLE usage ADD COLUMN gate_version TEXT;
ALTER TABLE usage ADD COLUMN gate_digest  TEXT;   -- SHA-256 of the component, in hexadecimal

-- The gate of the last use that the node reported.
ALTER TABLE edge ADD COLUMN gate_version TEXT;
ALTER TABLE edge ADD COLUMN gate_digest  TEXT;
