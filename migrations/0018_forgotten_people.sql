-- What still counts about people who had their data deleted, or who were banned before they ever came: a keyed hash of
-- the Telegram id in place of the id. The row is given back to the person, and deleted, when they come (again).
CREATE TABLE forgotten_people (
  -- Hex HMAC-SHA-256 of the Telegram id; the key is in `settings`.
  person_hash text PRIMARY KEY,
  banned_at timestamptz,
  ban_reason text,
  flagged_at timestamptz,
  flag_reason text,
  debt_micros bigint NOT NULL DEFAULT 0 CHECK (debt_micros >= 0)
);

-- What a person did in the last two days before their data was deleted, for the limits that count it. Of nobody's
-- orders any more: only the kind and the minute. Belongs to a hash, and after the person's return to the new buyer.
CREATE TABLE carried_actions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  person_hash text,
  buyer_id uuid REFERENCES buyers (id),
  kind text NOT NULL CHECK (kind IN ('purchase', 'cancel', 'complaint', 'claim')),
  at timestamptz NOT NULL,
  CHECK ((person_hash IS NULL) <> (buyer_id IS NULL))
);
CREATE INDEX carried_actions_by_buyer ON carried_actions (buyer_id, kind, at) WHERE buyer_id IS NOT NULL;
CREATE INDEX carried_actions_by_person ON carried_actions (person_hash) WHERE person_hash IS NOT NULL;
CREATE INDEX carried_actions_by_age ON carried_actions (at);
