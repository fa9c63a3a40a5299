-- How a person calls themselves at Telegram, for the desk's search. Refreshed when they write, deleted with their data.
ALTER TABLE buyers
  ADD COLUMN username text,
  ADD COLUMN first_name text,
  ADD COLUMN seen_at timestamptz;
CREATE INDEX buyers_by_username ON buyers (lower(username)) WHERE username IS NOT NULL;

-- What somebody at the desk may know of an order: the end of its number, of its id, or the provider's id.
CREATE INDEX orders_by_phone_end ON orders (reverse(phone) text_pattern_ops) WHERE phone IS NOT NULL;
CREATE INDEX orders_by_bare_upstream_id ON orders (upstream_id) WHERE upstream_id IS NOT NULL;
CREATE INDEX orders_by_id_end ON orders (right(id::text, 8));
CREATE INDEX manual_claims_by_id_end ON manual_claims (right(id::text, 8));

-- A short id, because a button cannot hold the gateway's own.
ALTER TABLE topup_payments ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid();
CREATE UNIQUE INDEX topup_payments_by_id ON topup_payments (id);
CREATE INDEX topup_payments_by_age ON topup_payments (paid_at DESC);
CREATE INDEX orders_by_age ON orders (placed_at DESC);

-- What people at the desk moved by hand, for their limits.
CREATE INDEX transfers_by_operator ON transfers (actor, created_at) WHERE actor LIKE 'operator:%';

-- How often somebody searched in this minute.
CREATE TABLE desk_searches (
  staff_id bigint PRIMARY KEY,
  minute_at timestamptz NOT NULL,
  count integer NOT NULL
);
