-- Numbers that a provider's list has shown, ours or not. A number that was there before a purchase began cannot be
-- the one that this purchase bought: it may be the operator's own, or another program's on the same account.
CREATE TABLE listed_numbers (
  provider text NOT NULL,
  upstream_id text NOT NULL,
  first_seen_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  PRIMARY KEY (provider, upstream_id)
);
CREATE INDEX listed_numbers_by_age ON listed_numbers (last_seen_at);
