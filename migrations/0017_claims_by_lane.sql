-- The lanes that have an update in hand (or waiting for its next try): a claim leaves those out. Small at all times.
CREATE INDEX inbox_in_hand ON inbox (lane) WHERE done_at IS NULL AND lease_until IS NOT NULL;

-- Cards queue apart from the other messages of a chat, so that a code never waits behind a card that cannot be edited.
DROP INDEX outbox_open;
CREATE INDEX outbox_open ON outbox (chat_id, (kind = 'order_card'), id) WHERE sent_at IS NULL AND dropped_at IS NULL;
CREATE INDEX outbox_in_hand ON outbox (chat_id)
  WHERE sent_at IS NULL AND dropped_at IS NULL AND lease_until IS NOT NULL;

ALTER TABLE outbox
  -- How often the message could not be made. After three times it no longer holds up its chat.
  ADD COLUMN failures smallint NOT NULL DEFAULT 0,
  -- Why it waits for its next try: Telegram was away, Telegram named the wait, its card moved, or it could not be made.
  ADD COLUMN wait_reason text CHECK (wait_reason IN ('outage', 'flood', 'card moved', 'broken'));
CREATE INDEX outbox_set_aside ON outbox (next_attempt_at)
  WHERE sent_at IS NULL AND dropped_at IS NULL AND failures >= 3;
