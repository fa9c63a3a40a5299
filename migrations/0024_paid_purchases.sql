-- What the buyer agreed to pay for the purchase that waits for this top-up; null: no purchase waits.
ALTER TABLE topups ADD COLUMN resume_price_micros bigint CHECK (resume_price_micros > 0);

-- A purchase whose money has come in. The row is written with the credit, so that neither is lost, and there is one a
-- top-up, however often that is paid. It is bought by its quote, which is written down first and makes one order at most.
CREATE TABLE paid_purchases (
  topup_id uuid PRIMARY KEY REFERENCES topups (id),
  buyer_id uuid NOT NULL REFERENCES buyers (id),
  service_id text NOT NULL,
  country_id text NOT NULL,
  -- It is bought by itself up to this price.
  price_micros bigint NOT NULL CHECK (price_micros > 0),
  chat_id bigint NOT NULL,
  -- And until then; later the buyer is asked.
  bought_until timestamptz NOT NULL,
  quote_id uuid UNIQUE,
  state text NOT NULL CHECK (state IN ('waiting', 'bought', 'asked')),
  next_try_at timestamptz NOT NULL,
  closed_at timestamptz
);
CREATE INDEX paid_purchases_due ON paid_purchases (next_try_at) WHERE state = 'waiting';
CREATE INDEX paid_purchases_by_buyer ON paid_purchases (buyer_id);

-- True: one tap on something bought before buys it again, up to the price it had.
ALTER TABLE buyers ADD COLUMN quick_buy boolean NOT NULL DEFAULT false;
