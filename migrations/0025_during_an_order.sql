ALTER TABLE orders
  -- When the buyer said that the app refused the number. Stays, whatever became of the order.
  ADD COLUMN app_refused_at timestamptz,
  -- The cancel that is under way is for a swap: the order's end makes the one that replaces it.
  ADD COLUMN swap_due boolean NOT NULL DEFAULT false,
  -- The order whose number this one's replaces, under the same agreement.
  ADD COLUMN replaces uuid REFERENCES orders (id),
  -- From then on the wait is slower than usual.
  ADD COLUMN slow_at timestamptz,
  -- When the card changes although the order does not: a cancel opens, or the wait becomes slow.
  ADD COLUMN card_due_at timestamptz;
CREATE UNIQUE INDEX orders_one_replacement ON orders (replaces) WHERE replaces IS NOT NULL;
CREATE INDEX orders_app_refused ON orders (buyer_id, app_refused_at) WHERE app_refused_at IS NOT NULL;
CREATE INDEX orders_card_due ON orders (card_due_at) WHERE card_due_at IS NOT NULL;

-- Who is told when a sold-out product is back.
CREATE TABLE stock_alerts (
  buyer_id uuid NOT NULL REFERENCES buyers (id),
  service_id text NOT NULL,
  country_id text NOT NULL,
  chat_id bigint NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (buyer_id, service_id, country_id)
);
CREATE INDEX stock_alerts_by_product ON stock_alerts (service_id, country_id);
CREATE INDEX stock_alerts_by_end ON stock_alerts (expires_at);
