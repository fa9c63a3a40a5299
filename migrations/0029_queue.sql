-- Who is on something of the queue. A courtesy and no lock: the decision itself is made once, whoever makes it.
CREATE TABLE queue_leases (
  subject text PRIMARY KEY,
  staff_id bigint NOT NULL,
  until timestamptz NOT NULL
);

ALTER TABLE manual_claims ADD COLUMN reminded_at timestamptz;
ALTER TABLE disputes ADD COLUMN reminded_at timestamptz;
-- Questions could not be closed before. What is older than a week is not asked any more.
UPDATE disputes SET closed_at = now(), closed_by = 'system'
  WHERE closed_at IS NULL AND created_at < now() - interval '7 days';
CREATE INDEX manual_claims_undecided ON manual_claims (submitted_at) WHERE decision IS NULL;
CREATE INDEX disputes_open ON disputes (created_at) WHERE closed_at IS NULL;
CREATE INDEX orders_in_doubt ON orders (placed_at) WHERE state = 'in_doubt';
