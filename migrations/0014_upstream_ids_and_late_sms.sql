-- Some providers use an id again for a later rental of the same number: an id names one open order, not one for ever.
DROP INDEX orders_one_an_upstream_id;
CREATE UNIQUE INDEX orders_one_open_an_upstream_id ON orders (provider, upstream_id)
  WHERE upstream_id IS NOT NULL AND closed_at IS NULL;
CREATE INDEX orders_by_upstream_id ON orders (provider, upstream_id) WHERE upstream_id IS NOT NULL;

-- An SMS that came after its order's money was released is kept back until the buyer pays for it.
ALTER TABLE order_sms
  ADD COLUMN withheld_at timestamptz,
  -- When its buyer was told of it and offered to pay.
  ADD COLUMN offered_at timestamptz;
CREATE INDEX order_sms_offered ON order_sms (offered_at) WHERE offered_at IS NOT NULL;
CREATE INDEX order_sms_withheld ON order_sms (withheld_at) WHERE withheld_at IS NOT NULL;

ALTER TABLE transfers DROP CONSTRAINT transfers_kind_check;
ALTER TABLE transfers ADD CONSTRAINT transfers_kind_check CHECK (kind IN (
  'topup', 'topup_refund', 'topup_loss', 'hold', 'capture', 'release', 'late_charge', 'provider_cost', 'provider_loss',
  'stray_loss', 'adjustment'));
CREATE UNIQUE INDEX transfers_one_late_charge_an_order ON transfers (order_id) WHERE kind = 'late_charge';

-- The least cost that the provider refused for want of funds, and when it last did; null: its funds suffice.
ALTER TABLE provider_health
  ADD COLUMN short_of_micros bigint,
  ADD COLUMN short_at timestamptz,
  ADD COLUMN short_told_at timestamptz,
  ADD CHECK ((short_of_micros IS NULL) = (short_at IS NULL));
