-- Where a chain of keys wants to be called about its orders. The secret is in no column: it is derived from the master of all
-- webhook secrets and this salt.
CREATE TABLE api_webhooks (
  chain_id text PRIMARY KEY REFERENCES api_keys (id),
  url text NOT NULL,
  salt text NOT NULL,
  set_at timestamptz NOT NULL,
  -- Null: the last call was taken.
  failing_since timestamptz,
  failures integer NOT NULL DEFAULT 0,
  -- Switched off after a day of failures.
  off_at timestamptz,
  last_at timestamptz,
  -- A status or a word of ours, never what the other side said.
  last_result text
);

-- Calls that are owed. A row is deleted when the call was taken, or given up.
CREATE TABLE webhook_deliveries (
  -- The same at every try: receivers tell repeated calls by it.
  id uuid PRIMARY KEY,
  chain_id text NOT NULL REFERENCES api_webhooks (chain_id) ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('sms', 'closed', 'test')),
  order_id uuid REFERENCES orders (id),
  sms_id uuid REFERENCES order_sms (id),
  created_at timestamptz NOT NULL,
  tries integer NOT NULL DEFAULT 0,
  next_at timestamptz NOT NULL,
  leased_until timestamptz,
  CHECK ((kind = 'test') = (order_id IS NULL)),
  CHECK ((kind = 'sms') = (sms_id IS NOT NULL))
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_at);
CREATE INDEX webhook_deliveries_leased ON webhook_deliveries (leased_until) WHERE leased_until IS NOT NULL;
CREATE UNIQUE INDEX webhook_deliveries_one_test ON webhook_deliveries (chain_id) WHERE kind = 'test';
