-- Orders that a reseller's tool makes with a key, in the same wallet and the same ledger as the chat's.
ALTER TABLE orders
  ADD COLUMN channel text NOT NULL DEFAULT 'chat' CHECK (channel IN ('chat', 'api')),
  ADD COLUMN api_key_id text,
  -- The order's number in the API: small, counted for each buyer, so that it shows nothing of the shop's size.
  ADD COLUMN api_number integer CHECK (api_number > 0),
  -- When the answer with the number was handed to the client's connection. Null: nobody knows of the number.
  ADD COLUMN told_at timestamptz,
  -- Until then a request waits for this order's number. Later the next equal request of the key takes the order over.
  ADD COLUMN wait_until timestamptz,
  -- The name that the client gave its purchase.
  ADD COLUMN client_order_id text,
  ADD CONSTRAINT orders_of_keys_are_numbered CHECK (
    (channel = 'api') = (api_key_id IS NOT NULL AND api_number IS NOT NULL AND wait_until IS NOT NULL));
CREATE UNIQUE INDEX orders_by_api_number ON orders (buyer_id, api_number) WHERE api_number IS NOT NULL;
CREATE INDEX orders_of_key ON orders (api_key_id, placed_at DESC) WHERE api_key_id IS NOT NULL;
CREATE INDEX orders_untold ON orders (api_key_id, service_id, country_id, placed_at)
  WHERE channel = 'api' AND told_at IS NULL AND closed_at IS NULL;

-- One row a buyer who uses the API.
CREATE TABLE api_buyers (
  buyer_id uuid PRIMARY KEY REFERENCES buyers (id),
  -- The API has terms of its own.
  terms_version integer,
  terms_accepted_at timestamptz,
  next_number integer NOT NULL DEFAULT 100001,
  -- Enough of their numbers got a code, or cost enough, for the limits of a key to count.
  proven_at timestamptz,
  -- The guard against resellers whose numbers get no codes: until when they may not buy, and how often that was.
  banned_until timestamptz,
  bans integer NOT NULL DEFAULT 0
);

CREATE TABLE api_keys (
  -- Six characters that are also part of the key itself: the key is looked up by them.
  id text PRIMARY KEY CHECK (id ~ '^[0-9A-Za-z]{6}$'),
  buyer_id uuid NOT NULL REFERENCES buyers (id),
  name text NOT NULL,
  -- SHA-256 of the secret part. The secret is random and long, so it needs no slow hash.
  secret_hash bytea NOT NULL CHECK (octet_length(secret_hash) = 32),
  scope text NOT NULL CHECK (scope IN ('read', 'buy')),
  -- Addresses and networks that may use it; empty: all.
  cidrs text[] NOT NULL DEFAULT '{}',
  max_price_micros bigint CHECK (max_price_micros > 0),
  daily_cap_micros bigint CHECK (daily_cap_micros > 0),
  max_open integer CHECK (max_open > 0),
  -- What getStatus says after another SMS was asked for.
  style text NOT NULL DEFAULT 'wait' CHECK (style IN ('wait', 'retry', 'resend')),
  created_at timestamptz NOT NULL,
  -- Set when it was replaced by another key: both work for a day.
  expires_at timestamptz,
  replaced_by text REFERENCES api_keys (id),
  revoked_at timestamptz,
  last_used_at timestamptz,
  last_ip text,
  last_client text
);
CREATE INDEX api_keys_of_buyer ON api_keys (buyer_id, created_at);

-- Names that clients give their purchases: the same name again is the same purchase.
CREATE TABLE api_idempotency (
  key_id text NOT NULL REFERENCES api_keys (id),
  value text NOT NULL,
  request_hash text NOT NULL,
  order_id uuid NOT NULL REFERENCES orders (id),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (key_id, value)
);
CREATE INDEX api_idempotency_by_age ON api_idempotency (created_at);

-- Requests a key a day; orders and codes are counted from the orders.
CREATE TABLE api_usage (
  key_id text NOT NULL REFERENCES api_keys (id),
  day date NOT NULL,
  requests bigint NOT NULL,
  PRIMARY KEY (key_id, day)
);
