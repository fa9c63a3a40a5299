-- What goes first: 0 codes, 1 cards, 2 news, 3 broadcasts. Computed here, so that every writer agrees.
ALTER TABLE outbox ADD COLUMN priority smallint NOT NULL GENERATED ALWAYS AS (
  CASE kind WHEN 'order_code' THEN 0 WHEN 'late_sms' THEN 0 WHEN 'order_card' THEN 1 WHEN 'broadcast' THEN 3 ELSE 2 END
) STORED;

DROP INDEX outbox_open;
DROP INDEX outbox_in_hand;
CREATE INDEX outbox_open ON outbox (chat_id, priority, id) WHERE sent_at IS NULL AND dropped_at IS NULL;
CREATE INDEX outbox_cards ON outbox (chat_id, (payload->>'orderId'), id)
  WHERE sent_at IS NULL AND dropped_at IS NULL AND kind = 'order_card';
CREATE INDEX outbox_outage ON outbox (next_attempt_at)
  WHERE sent_at IS NULL AND dropped_at IS NULL AND wait_reason = 'outage';

-- One row for each chat and priority with unsent messages: a claim reads the few queues that are due, however many wait
-- and however long they are.
CREATE TABLE outbox_queues (
  chat_id bigint NOT NULL,
  priority smallint NOT NULL,
  -- Not before then is there anything to send. May be too early, never too late.
  due_at timestamptz NOT NULL,
  -- The message that is being sent, and the claim on it. One at a time, so that a queue stays in order.
  in_hand bigint,
  lease_token uuid,
  lease_until timestamptz,
  PRIMARY KEY (chat_id, priority)
);
CREATE INDEX outbox_queues_due ON outbox_queues (priority, due_at);

-- The lock on the queue's row is held until the message is committed: a claim that finds a queue empty can delete it.
CREATE FUNCTION queue_messages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO outbox_queues (chat_id, priority, due_at)
  SELECT chat_id, priority, min(next_attempt_at) FROM added
  WHERE sent_at IS NULL AND dropped_at IS NULL GROUP BY chat_id, priority ORDER BY chat_id, priority
  ON CONFLICT (chat_id, priority) DO UPDATE SET due_at = excluded.due_at
    WHERE outbox_queues.due_at > excluded.due_at;
  RETURN NULL;
END $$;
CREATE TRIGGER outbox_queued AFTER INSERT ON outbox REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION queue_messages();

INSERT INTO outbox_queues (chat_id, priority, due_at)
SELECT chat_id, priority, min(next_attempt_at) FROM outbox
WHERE sent_at IS NULL AND dropped_at IS NULL AND failures < 3 GROUP BY chat_id, priority;

-- What Telegram allows the whole bot: one row, made by the first claim. `next_at` is the theoretical arrival time of the next message.
CREATE TABLE telegram_budget (
  id smallint PRIMARY KEY CHECK (id = 1),
  next_at timestamptz NOT NULL,
  blocked_until timestamptz NOT NULL,
  -- Chats that were refused for flooding since a message of any chat was sent, and when the last one was.
  floods integer NOT NULL DEFAULT 0,
  flooded_at timestamptz NOT NULL
);

-- What Telegram allows in one chat; for chats that something was sent to lately.
CREATE TABLE telegram_chats (
  chat_id bigint PRIMARY KEY,
  -- Of any message, and of a card.
  next_at timestamptz NOT NULL,
  cards_next_at timestamptz NOT NULL,
  -- Telegram asked for a pause in this chat.
  held_until timestamptz NOT NULL
);

-- Takes the chat's turn for a message and returns NULL; or says when the chat has a turn for it, and takes nothing.
-- Only for claim_messages, whose lock on the budget keeps two from taking the same turn. Limits as there.
CREATE FUNCTION take_chat_turn(p_chat bigint, p_priority integer, p_now timestamptz, p_limits jsonb)
RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE
  chat telegram_chats;
  every interval := make_interval(secs => (p_limits->>'chatIntervalMs')::float / 1000);
  card_every interval := make_interval(secs => (p_limits->>'cardIntervalMs')::float / 1000);
  burst integer := p_limits->>(CASE WHEN p_priority = 0 THEN 'chatCodeBurst' ELSE 'chatBurst' END);
  card_burst integer := p_limits->>'cardBurst';
  turn_at timestamptz;
BEGIN
  INSERT INTO telegram_chats (chat_id, next_at, cards_next_at, held_until)
  VALUES (p_chat, '-infinity', '-infinity', '-infinity') ON CONFLICT (chat_id) DO NOTHING;
  SELECT * INTO chat FROM telegram_chats WHERE chat_id = p_chat;
  turn_at := greatest(chat.held_until, chat.next_at - (burst - 1) * every);
  IF p_priority = 1 THEN turn_at := greatest(turn_at, chat.cards_next_at - (card_burst - 1) * card_every); END IF;
  IF turn_at > p_now THEN RETURN turn_at; END IF;
  UPDATE telegram_chats SET
    next_at = greatest(next_at, p_now) + every,
    -- Every message counts against the cards; but a minute later Telegram has forgotten it.
    cards_next_at = greatest(cards_next_at, least(greatest(cards_next_at, p_now) + card_every, p_now + interval '1 minute'))
  WHERE chat_id = p_chat;
  RETURN NULL;
END $$;

-- Claims what may be sent now, codes first, and takes it from Telegram's budget. One claim at a time in the whole shop:
-- the budget's row is locked first. Otherwise it waits for nobody. Sequential and bitmap scans are off, because the plans
-- are kept, and made when the tables may have been empty.
CREATE FUNCTION claim_messages(
  p_now timestamptz, p_token uuid, p_lease interval,
  -- How many at most; and how many may be claimed in all when the next one is no code.
  p_codes integer, p_others integer,
  p_limits jsonb
) RETURNS SETOF outbox LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
  -- Steps of one claim, so that it is never long.
  max_visits CONSTANT integer := 200;
  max_superseded CONSTANT integer := 1000;
  every interval := make_interval(secs => (p_limits->>'intervalMs')::float / 1000);
  burst integer := p_limits->>'burst';
  moment timestamptz := clock_timestamp();
  budget telegram_budget;
  queue outbox_queues;
  head outbox;
  newest outbox;
  turn_at timestamptz;
  taken integer := 0;
  tokens integer;
  room integer;
BEGIN
  SELECT * INTO budget FROM telegram_budget WHERE id = 1 FOR UPDATE;
  IF NOT FOUND THEN
    INSERT INTO telegram_budget (id, next_at, blocked_until, flooded_at)
    VALUES (1, '-infinity', '-infinity', '-infinity') ON CONFLICT (id) DO NOTHING;
    SELECT * INTO budget FROM telegram_budget WHERE id = 1 FOR UPDATE;
  END IF;
  IF budget.blocked_until > p_now THEN RETURN; END IF;
  tokens := burst;
  IF budget.next_at > p_now THEN
    tokens := floor(extract(epoch FROM p_now + burst * every - budget.next_at) / extract(epoch FROM every));
  END IF;

  FOR class IN 0..3 LOOP
    room := least(tokens, CASE WHEN class = 0 THEN p_codes ELSE p_others END);
    CONTINUE WHEN taken >= room;
    FOR queue IN
      SELECT * FROM outbox_queues
      WHERE priority = class AND due_at <= p_now AND (lease_until IS NULL OR lease_until <= moment)
      ORDER BY due_at LIMIT max_visits FOR UPDATE SKIP LOCKED
    LOOP
      EXIT WHEN taken >= room;
      -- The order names all columns of the index, so that no other can serve it.
      SELECT * INTO head FROM outbox
      WHERE sent_at IS NULL AND dropped_at IS NULL AND failures < 3
        AND (chat_id, priority) >= (queue.chat_id, queue.priority)
      ORDER BY chat_id, priority, id LIMIT 1;
      IF head.id IS NULL OR head.chat_id <> queue.chat_id OR head.priority <> queue.priority THEN
        DELETE FROM outbox_queues WHERE chat_id = queue.chat_id AND priority = queue.priority;
        CONTINUE;
      END IF;

      IF class = 1 THEN
        -- A card is made from what the database says when it is sent: only the newest of an order is needed.
        SELECT * INTO newest FROM outbox
        WHERE sent_at IS NULL AND dropped_at IS NULL AND kind = 'order_card' AND failures < 3
          AND (chat_id, payload->>'orderId') <= (head.chat_id, head.payload->>'orderId')
        ORDER BY chat_id DESC, payload->>'orderId' DESC, id DESC LIMIT 1;
        IF newest.id > head.id THEN
          UPDATE outbox SET dropped_at = p_now, drop_reason = 'superseded', lease_token = NULL, lease_until = NULL
          WHERE id = ANY(ARRAY(
            SELECT id FROM outbox
            WHERE sent_at IS NULL AND dropped_at IS NULL AND kind = 'order_card' AND id < newest.id
              AND chat_id = newest.chat_id AND payload->>'orderId' = newest.payload->>'orderId'
              AND (lease_until IS NULL OR lease_until <= moment)
            ORDER BY chat_id, payload->>'orderId', id LIMIT max_superseded FOR UPDATE SKIP LOCKED));
          head := newest;
        END IF;
      END IF;

      turn_at := head.next_attempt_at;
      IF turn_at <= p_now THEN turn_at := take_chat_turn(queue.chat_id, class, p_now, p_limits); END IF;
      IF turn_at IS NOT NULL THEN
        UPDATE outbox_queues SET due_at = turn_at WHERE chat_id = queue.chat_id AND priority = queue.priority;
        CONTINUE;
      END IF;

      UPDATE outbox SET attempts = attempts + 1, lease_token = p_token, lease_until = moment + p_lease
      WHERE id = (SELECT id FROM outbox WHERE id = head.id AND sent_at IS NULL AND dropped_at IS NULL
                    AND (lease_until IS NULL OR lease_until <= moment) FOR UPDATE SKIP LOCKED)
      RETURNING * INTO head;
      CONTINUE WHEN NOT FOUND;
      UPDATE outbox_queues SET in_hand = head.id, lease_token = p_token, lease_until = moment + p_lease
      WHERE chat_id = queue.chat_id AND priority = queue.priority;
      taken := taken + 1;
      RETURN NEXT head;
    END LOOP;
  END LOOP;

  -- Messages that were set aside stand in no queue.
  room := least(tokens, p_others);
  FOR head IN
    SELECT * FROM outbox
    WHERE sent_at IS NULL AND dropped_at IS NULL AND failures >= 3 AND next_attempt_at <= p_now
      AND (lease_until IS NULL OR lease_until <= moment)
    ORDER BY next_attempt_at LIMIT greatest(room - taken, 0) FOR UPDATE SKIP LOCKED
  LOOP
    turn_at := take_chat_turn(head.chat_id, head.priority, p_now, p_limits);
    IF turn_at IS NOT NULL THEN
      UPDATE outbox SET next_attempt_at = turn_at WHERE id = head.id;
      CONTINUE;
    END IF;
    UPDATE outbox SET attempts = attempts + 1, lease_token = p_token, lease_until = moment + p_lease
    WHERE id = head.id RETURNING * INTO head;
    taken := taken + 1;
    RETURN NEXT head;
  END LOOP;

  IF taken > 0 THEN
    UPDATE telegram_budget SET next_at = greatest(next_at, p_now) + taken * every WHERE id = 1;
  END IF;
END $$;
