-- Buyers. `telegram_id` is null after delete-my-data: the ledger stays, the person is gone.
CREATE TABLE buyers (
  id uuid PRIMARY KEY,
  telegram_id bigint UNIQUE,
  language text NOT NULL DEFAULT 'en',
  language_chosen boolean NOT NULL DEFAULT false,
  notify_edits boolean NOT NULL DEFAULT true,
  terms_version integer,
  terms_accepted_at timestamptz,
  blocked_bot_at timestamptz,
  banned_at timestamptz,
  ban_reason text,
  flagged_at timestamptz,
  flag_reason text,
  navigation_message_id bigint,
  created_at timestamptz NOT NULL,
  deleted_at timestamptz
);

-- A buyer has two accounts with a materialised balance that can never be negative. System accounts have
-- entries but no balance row: one hot row would cost most of the throughput.
CREATE TABLE accounts (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code text NOT NULL UNIQUE,
  kind text NOT NULL CHECK (kind IN ('available', 'held', 'system')),
  buyer_id uuid REFERENCES buyers (id),
  balance_micros bigint,
  version bigint NOT NULL DEFAULT 0,
  CONSTRAINT accounts_balance_not_negative CHECK (balance_micros >= 0),
  CONSTRAINT accounts_buyers_are_materialised
    CHECK ((buyer_id IS NOT NULL) = (balance_micros IS NOT NULL) AND (buyer_id IS NOT NULL) = (kind <> 'system'))
);
CREATE UNIQUE INDEX accounts_one_kind_a_buyer ON accounts (buyer_id, kind) WHERE buyer_id IS NOT NULL;

CREATE TABLE transfers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  idempotency_key text NOT NULL UNIQUE,
  request_hash text NOT NULL,
  kind text NOT NULL CHECK (kind IN (
    'topup', 'topup_refund', 'topup_loss', 'hold', 'capture', 'release', 'provider_cost', 'provider_loss',
    'adjustment')),
  from_account_id bigint NOT NULL REFERENCES accounts (id),
  to_account_id bigint NOT NULL REFERENCES accounts (id),
  amount_micros bigint NOT NULL CHECK (amount_micros > 0),
  order_id uuid,
  topup_id uuid,
  actor text NOT NULL,
  reason text NOT NULL,
  created_at timestamptz NOT NULL,
  CHECK (from_account_id <> to_account_id),
  CHECK (kind NOT IN ('hold', 'capture', 'release', 'provider_cost', 'provider_loss') OR order_id IS NOT NULL)
);
-- The money rules that no code can break: one hold an order, resolved at most once, one cost booked.
CREATE UNIQUE INDEX transfers_one_hold_an_order ON transfers (order_id) WHERE kind = 'hold';
CREATE UNIQUE INDEX transfers_one_resolve_an_order ON transfers (order_id) WHERE kind IN ('capture', 'release');
CREATE UNIQUE INDEX transfers_one_cost_an_order ON transfers (order_id) WHERE kind IN ('provider_cost', 'provider_loss');
CREATE INDEX transfers_by_topup ON transfers (topup_id) WHERE topup_id IS NOT NULL;

CREATE TABLE entries (
  transfer_id bigint NOT NULL REFERENCES transfers (id),
  account_id bigint NOT NULL REFERENCES accounts (id),
  amount_micros bigint NOT NULL CHECK (amount_micros <> 0),
  balance_after_micros bigint,
  PRIMARY KEY (transfer_id, account_id)
);
CREATE INDEX entries_by_account ON entries (account_id, transfer_id DESC);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER transfers_append_only BEFORE UPDATE OR DELETE ON transfers FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transfers_no_truncate BEFORE TRUNCATE ON transfers FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER entries_append_only BEFORE UPDATE OR DELETE ON entries FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER entries_no_truncate BEFORE TRUNCATE ON entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Moves money once per idempotency key. Returns the transfer's id and whether this call made it.
-- Same key and same request: the first result. Same key and another request: unique_violation with our message.
-- Accounts are locked in id order; a balance below zero fails the CHECK, and with it the whole transaction.
CREATE FUNCTION post_transfer(
  p_key text, p_hash text, p_kind text, p_from bigint, p_to bigint, p_amount bigint,
  p_order uuid, p_topup uuid, p_actor text, p_reason text, p_at timestamptz,
  OUT transfer_id bigint, OUT created boolean
) LANGUAGE plpgsql AS $$
DECLARE
  known_hash text;
  side record;
  new_balance bigint;
BEGIN
  INSERT INTO transfers (idempotency_key, request_hash, kind, from_account_id, to_account_id, amount_micros,
                         order_id, topup_id, actor, reason, created_at)
  VALUES (p_key, p_hash, p_kind, p_from, p_to, p_amount, p_order, p_topup, p_actor, p_reason, p_at)
  ON CONFLICT (idempotency_key) DO NOTHING
  RETURNING id INTO transfer_id;

  IF transfer_id IS NULL THEN
    SELECT id, request_hash INTO transfer_id, known_hash FROM transfers WHERE idempotency_key = p_key;
    IF known_hash IS DISTINCT FROM p_hash THEN
      RAISE EXCEPTION 'idempotency key reused for another request'
        USING ERRCODE = 'unique_violation', CONSTRAINT = 'transfers_same_key_same_request';
    END IF;
    created := false;
    RETURN;
  END IF;

  FOR side IN
    SELECT * FROM (VALUES (p_from, -p_amount), (p_to, p_amount)) AS sides (account_id, amount) ORDER BY account_id
  LOOP
    UPDATE accounts SET balance_micros = balance_micros + side.amount, version = version + 1
      WHERE id = side.account_id AND balance_micros IS NOT NULL
      RETURNING balance_micros INTO new_balance;
    IF NOT FOUND THEN new_balance := NULL; END IF;
    INSERT INTO entries (transfer_id, account_id, amount_micros, balance_after_micros)
      VALUES (post_transfer.transfer_id, side.account_id, side.amount, new_balance);
  END LOOP;
  created := true;
END $$;
