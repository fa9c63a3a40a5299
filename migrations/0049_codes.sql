-- Vouchers and promo codes. What they give is bonus money: one balance with the rest, but a ledger kind of its own, so
-- that it is never income. `bonus` leaves system:promotions, and comes back there when a payment is refunded.
ALTER TABLE transfers DROP CONSTRAINT transfers_kind_check;
ALTER TABLE transfers ADD CONSTRAINT transfers_kind_check CHECK (kind IN (
  'topup', 'topup_refund', 'topup_loss', 'topup_debt', 'debt_settled', 'debt_carried', 'hold', 'capture', 'release',
  'late_charge', 'provider_cost', 'provider_loss', 'stray_loss', 'adjustment', 'referral', 'referral_back', 'bonus'));

-- Wrong codes are counted here at once: the row follows the person when their data is deleted.
ALTER TABLE carried_actions DROP CONSTRAINT carried_actions_kind_check;
ALTER TABLE carried_actions ADD CONSTRAINT carried_actions_kind_check
  CHECK (kind IN ('purchase', 'cancel', 'complaint', 'claim', 'wrong_code'));

-- One promo code, or vouchers that were made together.
CREATE TABLE promotions (
  id uuid PRIMARY KEY,
  -- voucher: money at once. bonus: money with the next top-up. discount: a share off the next purchases.
  kind text NOT NULL CHECK (kind IN ('voucher', 'bonus', 'discount')),
  -- The promo code itself, which is published anyway. Vouchers are money, and are kept nowhere but as hashes.
  name text UNIQUE,
  amount_micros bigint CHECK (amount_micros > 0),
  percent integer CHECK (percent BETWEEN 1 AND 50),
  -- How many purchases a redeemed discount makes cheaper.
  purchases integer CHECK (purchases > 0),
  -- By how much a purchase with the discount may cost the shop more than it brings; zero: never below cost.
  max_loss_micros bigint NOT NULL CHECK (max_loss_micros >= 0),
  -- What the discount is for; null: everything.
  service_id text,
  country_id text,
  min_topup_micros bigint NOT NULL CHECK (min_topup_micros >= 0),
  is_new_only boolean NOT NULL,
  -- Vouchers of the batch. The codes are made when their file is made, which is shown once.
  batch_size integer CHECK (batch_size BETWEEN 1 AND 500),
  file_made_at timestamptz,
  -- How often each code may be used.
  uses integer NOT NULL CHECK (uses > 0),
  expires_at timestamptz,
  stopped_at timestamptz,
  created_by bigint NOT NULL,
  created_at timestamptz NOT NULL,
  CHECK ((kind = 'voucher') = (batch_size IS NOT NULL) AND (kind = 'voucher') = (name IS NULL)),
  CHECK ((kind = 'discount') = (percent IS NOT NULL) AND (kind = 'discount') = (purchases IS NOT NULL)),
  CHECK ((kind = 'discount') = (amount_micros IS NULL))
);
CREATE INDEX promotions_by_age ON promotions (created_at DESC);
CREATE INDEX promotions_by_maker ON promotions (created_by, created_at);

CREATE TABLE promotion_codes (
  -- Hex HMAC-SHA-256 of the code; the key is in `settings`.
  code_hash text PRIMARY KEY,
  promotion_id uuid NOT NULL REFERENCES promotions (id),
  used integer NOT NULL DEFAULT 0,
  max_uses integer NOT NULL,
  -- However many redeem it at the same moment.
  CONSTRAINT promotion_codes_not_overused CHECK (used BETWEEN 0 AND max_uses)
);
CREATE INDEX promotion_codes_by_promotion ON promotion_codes (promotion_id);

CREATE TABLE promotion_redemptions (
  id uuid PRIMARY KEY,
  promotion_id uuid NOT NULL REFERENCES promotions (id),
  code_hash text NOT NULL REFERENCES promotion_codes (code_hash),
  -- Once a person and code, also where their data was deleted in between: a keyed hash of the Telegram id.
  person_hash text NOT NULL,
  -- Null: their data is deleted.
  buyer_id uuid REFERENCES buyers (id),
  redeemed_at timestamptz NOT NULL,
  -- The payment that brought the bonus.
  gateway text,
  charge_id text,
  granted_micros bigint CHECK (granted_micros > 0),
  granted_at timestamptz,
  -- Taken back because that payment was refunded.
  taken_micros bigint CHECK (taken_micros BETWEEN 0 AND granted_micros),
  UNIQUE (code_hash, person_hash)
);
CREATE INDEX promotion_redemptions_by_promotion ON promotion_redemptions (promotion_id);
CREATE INDEX promotion_redemptions_by_buyer ON promotion_redemptions (buyer_id) WHERE buyer_id IS NOT NULL;
CREATE UNIQUE INDEX promotion_redemptions_by_payment ON promotion_redemptions (gateway, charge_id)
  WHERE charge_id IS NOT NULL;

-- A quote tells by which discount its price is lower, and what it would be without. Only such a quote may have a ceiling
-- above its price, by what the operator has allowed to be lost.
ALTER TABLE quotes
  ADD COLUMN redemption_id uuid REFERENCES promotion_redemptions (id),
  ADD COLUMN full_price_micros bigint,
  DROP CONSTRAINT quotes_check,
  ADD CONSTRAINT quotes_ceiling_check
    CHECK (cost_ceiling_micros > 0 AND (cost_ceiling_micros <= price_micros OR redemption_id IS NOT NULL));
CREATE INDEX quotes_by_redemption ON quotes (redemption_id) WHERE redemption_id IS NOT NULL;
