-- Updates are stored before they are confirmed to Telegram.
CREATE TABLE inbox (
  update_id bigint PRIMARY KEY,
  -- Updates of one lane are handled in order; payments have a lane of their own.
  lane text NOT NULL,
  payload jsonb NOT NULL,
  received_at timestamptz NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  lease_until timestamptz,
  lease_token uuid,
  done_at timestamptz,
  failed boolean NOT NULL DEFAULT false
);
CREATE INDEX inbox_open ON inbox (lane, update_id) WHERE done_at IS NULL;
CREATE INDEX inbox_by_age ON inbox (done_at) WHERE done_at IS NOT NULL;

-- Chat messages owed, written in the transaction that caused them. The payload says what to tell, not the words.
CREATE TABLE outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  dedupe_key text UNIQUE,
  chat_id bigint NOT NULL,
  buyer_id uuid REFERENCES buyers (id),
  kind text NOT NULL,
  payload jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  next_attempt_at timestamptz NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  lease_until timestamptz,
  lease_token uuid,
  sent_at timestamptz,
  dropped_at timestamptz,
  drop_reason text
);
CREATE INDEX outbox_open ON outbox (chat_id, id) WHERE sent_at IS NULL AND dropped_at IS NULL;
CREATE INDEX outbox_by_age ON outbox (created_at) WHERE sent_at IS NOT NULL OR dropped_at IS NOT NULL;

CREATE TABLE conversation_states (
  key text PRIMARY KEY,
  state jsonb NOT NULL,
  updated_at timestamptz NOT NULL
);
