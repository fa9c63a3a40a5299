-- Figures of a period. Sums of whole days are kept, so that a month is read as fast in a shop of a million orders as in a
-- new one. Every row here can be made again from the ledger, the orders and their attempts.

-- The day that the sums were made for: a day begins at midnight in the shop's zone. In another zone they are made again.
CREATE TABLE facts_state (
  id integer PRIMARY KEY CHECK (id = 1),
  zone text NOT NULL,
  -- The first day that is not kept yet; null: none is.
  next_day date
);

-- One row for the whole day, and one for each combination that occurred on it. '' where something has no provider, service, country or gateway.
CREATE TABLE daily_facts (
  is_total boolean NOT NULL,
  day date NOT NULL,
  provider text NOT NULL,
  service_id text NOT NULL,
  country_id text NOT NULL,
  gateway text NOT NULL,
  sold integer NOT NULL,
  turnover_micros bigint NOT NULL,
  cost_micros bigint NOT NULL,
  loss_micros bigint NOT NULL,
  topups integer NOT NULL,
  topup_micros bigint NOT NULL,
  fee_micros bigint NOT NULL,
  refund_micros bigint NOT NULL,
  adjusted_up_micros bigint NOT NULL,
  adjusted_down_micros bigint NOT NULL,
  bonus_micros bigint NOT NULL,
  delivered integer NOT NULL,
  undelivered integer NOT NULL,
  early_cancels integer NOT NULL,
  tries integer NOT NULL,
  no_stock integer NOT NULL,
  errors integer NOT NULL,
  doubts integer NOT NULL,
  -- The wait of each delivered number, from rental to first SMS: medians of several days cannot be made from medians.
  wait_seconds integer[] NOT NULL,
  PRIMARY KEY (is_total, day, provider, service_id, country_id, gateway)
);

-- Who rented a number on a day, and whether it was their first.
CREATE TABLE daily_buyers (
  day date NOT NULL,
  buyer_id uuid NOT NULL,
  is_first boolean NOT NULL,
  PRIMARY KEY (day, buyer_id)
);

-- With the id, so that the rows of a period are found without reading them.
CREATE INDEX transfers_by_kind ON transfers (kind, created_at, id);
-- When an order was decided: with its first SMS, or at its end. That moment never changes again.
CREATE INDEX orders_decided ON orders ((coalesce(received_at, closed_at)))
  WHERE rented_at IS NOT NULL AND coalesce(received_at, closed_at) IS NOT NULL;
CREATE INDEX order_attempts_by_age ON order_attempts (started_at);
CREATE INDEX order_history_doubts ON order_history (at) WHERE to_state = 'in_doubt';
-- The shop's own accounts, among those of very many buyers.
CREATE INDEX accounts_of_the_shop ON accounts (id) INCLUDE (code) WHERE kind = 'system';
CREATE INDEX buyers_by_age ON buyers (created_at);

-- Lists of the desk, newest first; all orders and payments have theirs.
CREATE INDEX orders_failed ON orders (placed_at DESC, id DESC) WHERE state = 'failed';
CREATE INDEX topup_payments_manual ON topup_payments (paid_at DESC, charge_id) WHERE gateway = 'manual';
CREATE INDEX topup_payments_back ON topup_payments (paid_at DESC, charge_id) WHERE state IN ('refunding', 'refunded');
CREATE INDEX topup_payments_unassigned ON topup_payments (paid_at DESC, charge_id) WHERE state = 'unassigned';
