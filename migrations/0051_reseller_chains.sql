-- A key and those that replaced it are one chain: what is counted for a key is counted over all of them, so that a new key
-- is no new cap. The chain is named after its first key.
ALTER TABLE api_keys ADD COLUMN chain_id text REFERENCES api_keys (id);
WITH RECURSIVE chains AS (
  SELECT id, id AS chain_id, replaced_by FROM api_keys k
  WHERE NOT EXISTS (SELECT FROM api_keys older WHERE older.replaced_by = k.id)
  UNION
  SELECT k.id, chains.chain_id, k.replaced_by FROM chains JOIN api_keys k ON k.id = chains.replaced_by
)
UPDATE api_keys SET chain_id = chains.chain_id FROM chains WHERE chains.id = api_keys.id;
ALTER TABLE api_keys ALTER COLUMN chain_id SET NOT NULL;
CREATE INDEX api_keys_by_chain ON api_keys (chain_id);

-- Names of purchases belong to the chain too. Where two keys of one used the same name, the newer purchase has it.
DELETE FROM api_idempotency old USING api_keys ko, api_idempotency newer, api_keys kn
WHERE ko.id = old.key_id AND kn.id = newer.key_id AND ko.chain_id = kn.chain_id AND old.value = newer.value
  AND (newer.created_at, newer.key_id) > (old.created_at, old.key_id);
UPDATE api_idempotency SET key_id = k.chain_id FROM api_keys k WHERE k.id = key_id AND k.chain_id <> key_id;
ALTER TABLE api_idempotency RENAME COLUMN key_id TO chain_id;

-- The guard against resellers whose numbers get no codes goes on when somebody has their data deleted and comes back.
ALTER TABLE forgotten_people
  ADD COLUMN api_banned_until timestamptz,
  ADD COLUMN api_bans integer NOT NULL DEFAULT 0 CHECK (api_bans >= 0);

-- Only what resellers' keys buy.
ALTER TABLE pauses DROP CONSTRAINT pauses_kind_check,
  ADD CONSTRAINT pauses_kind_check CHECK (kind IN ('sales', 'topups', 'api'));

-- Networks (/24, or /48 of IPv6) that a key was used from. A new one is told to its owner.
CREATE TABLE api_key_networks (
  key_id text NOT NULL REFERENCES api_keys (id),
  network text NOT NULL,
  first_at timestamptz NOT NULL,
  last_at timestamptz NOT NULL,
  PRIMARY KEY (key_id, network)
);
