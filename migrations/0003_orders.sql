CREATE TABLE orders (
  id uuid PRIMARY KEY,
  buyer_id uuid NOT NULL REFERENCES buyers (id),
  -- Exactly one order a quote: a double tap buys once.
  quote_id uuid NOT NULL UNIQUE,
  service_id text NOT NULL,
  country_id text NOT NULL,
  state text NOT NULL CHECK (state IN ('placing', 'in_doubt', 'waiting', 'cancelling', 'received', 'waiting_again',
                                       'finished', 'cancelled', 'expired', 'failed')),
  version integer NOT NULL DEFAULT 1,
  price_micros bigint NOT NULL CHECK (price_micros > 0),
  cost_ceiling_micros bigint NOT NULL CHECK (cost_ceiling_micros > 0),
  -- Stamped before the purchase call, so that a crash leaves a trace of whom we may owe.
  provider text,
  service_code text,
  country_code text,
  operator text,
  upstream_id text,
  phone text,
  cost_micros bigint CHECK (cost_micros >= 0),
  can_another boolean NOT NULL DEFAULT false,
  -- How many further SMS were asked for: an SMS belongs to a round, so an old answer is never taken for a new code.
  round integer NOT NULL DEFAULT 0,
  failure text,
  placed_at timestamptz NOT NULL,
  rented_at timestamptz,
  cancel_opens_at timestamptz,
  cancel_requested_at timestamptz,
  received_at timestamptz,
  expires_at timestamptz,
  closed_at timestamptz,
  -- Watching: when this order is due for a look, and how many looks it had in its present state.
  next_check_at timestamptz,
  checks integer NOT NULL DEFAULT 0,
  -- The buyer is done but the provider has not been told yet.
  finish_due boolean NOT NULL DEFAULT false,
  chat_id bigint NOT NULL,
  card_message_id bigint,
  card_hash text,
  CONSTRAINT orders_rented_have_a_number CHECK (
    state IN ('placing', 'in_doubt', 'failed') OR (provider IS NOT NULL AND upstream_id IS NOT NULL AND phone IS NOT NULL)),
  CONSTRAINT orders_ended_are_closed CHECK (
    (state IN ('finished', 'cancelled', 'expired', 'failed')) = (closed_at IS NOT NULL))
);
CREATE UNIQUE INDEX orders_one_an_upstream_id ON orders (provider, upstream_id) WHERE upstream_id IS NOT NULL;
CREATE INDEX orders_by_buyer ON orders (buyer_id, placed_at DESC);
CREATE INDEX orders_due ON orders (provider, next_check_at) WHERE next_check_at IS NOT NULL;
CREATE INDEX orders_open ON orders (buyer_id) WHERE closed_at IS NULL;
CREATE INDEX orders_open_phone ON orders (provider, phone) WHERE closed_at IS NULL;
CREATE INDEX orders_for_statistics ON orders (rented_at) WHERE rented_at IS NOT NULL;

CREATE TABLE order_history (
  order_id uuid NOT NULL REFERENCES orders (id),
  version integer NOT NULL,
  from_state text,
  to_state text NOT NULL,
  cause text NOT NULL,
  actor text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (order_id, version)
);

-- One row an offer tried, written before the call: at most one purchase call an offer.
CREATE TABLE order_attempts (
  id uuid PRIMARY KEY,
  order_id uuid NOT NULL REFERENCES orders (id),
  provider text NOT NULL,
  service_code text NOT NULL,
  country_code text NOT NULL,
  operator text NOT NULL,
  cost_micros bigint NOT NULL,
  started_at timestamptz NOT NULL,
  ended_at timestamptz,
  outcome text CHECK (outcome IN ('rented', 'refused', 'in_doubt', 'surplus')),
  error_kind text,
  CHECK ((ended_at IS NULL) = (outcome IS NULL)),
  UNIQUE (order_id, provider, service_code, country_code, operator)
);
CREATE INDEX order_attempts_in_doubt ON order_attempts (provider, started_at) WHERE outcome IS NULL OR outcome = 'in_doubt';

CREATE TABLE order_sms (
  id uuid PRIMARY KEY,
  order_id uuid NOT NULL REFERENCES orders (id),
  sequence integer NOT NULL CHECK (sequence > 0),
  -- Round plus a digest of the content: the same SMS seen twice is one row.
  dedupe_key text NOT NULL,
  -- Null after SMS_RETENTION_HOURS.
  code text,
  text text,
  received_at timestamptz NOT NULL,
  purged_at timestamptz,
  UNIQUE (order_id, sequence),
  UNIQUE (order_id, dedupe_key)
);
CREATE INDEX order_sms_to_purge ON order_sms (received_at) WHERE purged_at IS NULL;

-- Numbers that a provider's list shows and no order of ours owns: adopted by an order in doubt or cancelled upstream.
CREATE TABLE orphans (
  provider text NOT NULL,
  upstream_id text NOT NULL,
  service_code text,
  country_code text,
  cost_micros bigint,
  seen_at timestamptz NOT NULL,
  settled_at timestamptz,
  outcome text CHECK (outcome IN ('adopted', 'cancelled', 'lost')),
  PRIMARY KEY (provider, upstream_id)
);

-- SMS that came by webhook before the purchase call had answered: claimed when the number becomes an order's.
CREATE TABLE unclaimed_sms (
  id uuid PRIMARY KEY,
  provider text NOT NULL,
  phone text NOT NULL,
  code text,
  text text,
  received_at timestamptz NOT NULL
);
CREATE INDEX unclaimed_sms_by_phone ON unclaimed_sms (provider, phone);
