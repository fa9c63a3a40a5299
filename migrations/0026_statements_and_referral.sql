-- A buyer's statement: what came in, what was charged. Holds and releases are left out, because together they change
-- nothing; so a page costs the same however many orders ended without a code.
CREATE INDEX transfers_charged ON transfers (from_account_id, id DESC)
  WHERE kind NOT IN ('hold', 'release', 'provider_cost', 'provider_loss', 'stray_loss');
CREATE INDEX transfers_received ON transfers (to_account_id, id DESC)
  WHERE kind NOT IN ('hold', 'release', 'provider_cost', 'provider_loss', 'stray_loss', 'capture', 'late_charge');
-- A page of /orders reads ids from the index alone, newest first; open ones have orders_open.
CREATE INDEX orders_of_buyer ON orders (buyer_id, placed_at DESC, id DESC);
DROP INDEX orders_by_buyer;

-- When the buyer last had a file made, so that nobody keeps the shop busy with it.
ALTER TABLE buyers ADD COLUMN exported_at timestamptz;

-- Referral. `referral` pays a share of the profit of a friend's order to whoever invited them, `referral_back` takes it
-- back. Neither names the order: the ledger stays for ever, and the link between two people must not.
ALTER TABLE transfers DROP CONSTRAINT transfers_kind_check;
ALTER TABLE transfers ADD CONSTRAINT transfers_kind_check CHECK (kind IN (
  'topup', 'topup_refund', 'topup_loss', 'topup_debt', 'debt_settled', 'debt_carried', 'hold', 'capture', 'release',
  'late_charge', 'provider_cost', 'provider_loss', 'stray_loss', 'adjustment', 'referral', 'referral_back'));

-- Made when somebody first asks for their link; random, so that it tells nothing about them.
ALTER TABLE buyers ADD COLUMN referral_code text UNIQUE;

CREATE TABLE referrals (
  -- Whoever came by the link. A person comes once.
  friend_id uuid PRIMARY KEY REFERENCES buyers (id),
  referrer_id uuid NOT NULL REFERENCES buyers (id),
  created_at timestamptz NOT NULL,
  -- No more rewards: the first orders are rewarded, or money that the friend had spent was refunded.
  ended_at timestamptz,
  taken_back_at timestamptz,
  CHECK (friend_id <> referrer_id)
);
CREATE INDEX referrals_by_referrer ON referrals (referrer_id);
CREATE INDEX referrals_open ON referrals (created_at) WHERE ended_at IS NULL;

-- One row for each rewarded order, also where the reward is nothing because a limit is reached. The unique order makes
-- a second reward impossible. Whose data is deleted is no longer named here; the amounts stay for the books.
CREATE TABLE referral_rewards (
  id uuid PRIMARY KEY,
  order_id uuid UNIQUE REFERENCES orders (id),
  friend_id uuid REFERENCES buyers (id),
  referrer_id uuid REFERENCES buyers (id),
  amount_micros bigint NOT NULL CHECK (amount_micros >= 0),
  -- What was taken back of it; the rest is the shop's loss.
  taken_micros bigint CHECK (taken_micros BETWEEN 0 AND amount_micros),
  created_at timestamptz NOT NULL
);
CREATE INDEX referral_rewards_by_friend ON referral_rewards (friend_id) WHERE friend_id IS NOT NULL;
CREATE INDEX referral_rewards_by_referrer ON referral_rewards (referrer_id, created_at) WHERE referrer_id IS NOT NULL;
CREATE INDEX topup_payments_refunded ON topup_payments (buyer_id) WHERE state = 'refunded';

-- Hashes of people whose data was deleted while referral was on: they are not new when they come again.
CREATE TABLE earlier_people (
  person_hash text PRIMARY KEY,
  at timestamptz NOT NULL
);
