CREATE TABLE topups (
  id uuid PRIMARY KEY,
  buyer_id uuid NOT NULL REFERENCES buyers (id),
  gateway text NOT NULL CHECK (gateway IN ('stars', 'crypto-pay', 'manual')),
  state text NOT NULL CHECK (state IN ('pending', 'credited', 'expired', 'rejected', 'refunded')),
  -- The balance it buys, frozen when the invoice is made.
  amount_micros bigint NOT NULL CHECK (amount_micros > 0),
  stars integer CHECK (stars > 0),
  -- The gateway's invoice (Crypto Pay invoice id); a payment's own id is in topup_payments.
  external_id text,
  pay_url text,
  -- The purchase that ran short of money, offered again after payment.
  resume_service_id text,
  resume_country_id text,
  chat_id bigint NOT NULL,
  message_id bigint,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  closed_at timestamptz,
  next_check_at timestamptz,
  UNIQUE (gateway, external_id)
);
CREATE INDEX topups_by_buyer ON topups (buyer_id, created_at DESC);
CREATE INDEX topups_due ON topups (gateway, next_check_at) WHERE next_check_at IS NOT NULL;

-- One row a charge: each is credited once, even when one invoice is paid twice.
CREATE TABLE topup_payments (
  gateway text NOT NULL,
  charge_id text NOT NULL,
  topup_id uuid REFERENCES topups (id),
  buyer_id uuid REFERENCES buyers (id),
  amount_micros bigint NOT NULL CHECK (amount_micros > 0),
  stars integer,
  fee_micros bigint NOT NULL DEFAULT 0,
  paid_at timestamptz NOT NULL,
  state text NOT NULL CHECK (state IN ('credited', 'refunding', 'refunded', 'unassigned')),
  state_at timestamptz NOT NULL,
  -- Refunds begun and refused so far: each round has transfers of its own.
  refund_round integer NOT NULL DEFAULT 0,
  actor text,
  reason text,
  PRIMARY KEY (gateway, charge_id)
);
CREATE INDEX topup_payments_by_buyer ON topup_payments (buyer_id, paid_at DESC);

-- Manual top-ups: what the buyer sent, what an operator decided.
CREATE TABLE manual_claims (
  id uuid PRIMARY KEY,
  topup_id uuid NOT NULL UNIQUE REFERENCES topups (id),
  note text,
  file_id text,
  file_unique_id text,
  note_digest text,
  duplicate_of uuid REFERENCES manual_claims (id),
  submitted_at timestamptz NOT NULL,
  decided_at timestamptz,
  decided_by bigint,
  decision text CHECK (decision IN ('approved', 'rejected'))
);
CREATE INDEX manual_claims_by_file ON manual_claims (file_unique_id) WHERE file_unique_id IS NOT NULL;
CREATE INDEX manual_claims_by_note ON manual_claims (note_digest) WHERE note_digest IS NOT NULL;

CREATE TABLE disputes (
  id uuid PRIMARY KEY,
  buyer_id uuid NOT NULL REFERENCES buyers (id),
  text text NOT NULL,
  created_at timestamptz NOT NULL,
  closed_at timestamptz,
  closed_by text
);
