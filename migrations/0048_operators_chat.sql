-- The group that operators are told in instead of their private chats. At most one row; written from OPERATORS_CHAT at start.
CREATE TABLE operators_chat (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  chat_id bigint NOT NULL,
  -- It could not be reached: until then the private chats are told.
  away_until timestamptz
);

-- The topics that the bot has made there. Until `thread_id` is known somebody is making it.
CREATE TABLE operators_topics (
  chat_id bigint NOT NULL,
  topic text NOT NULL,
  thread_id bigint,
  claimed_until timestamptz NOT NULL,
  PRIMARY KEY (chat_id, topic)
);

-- As in 0022, and in a group one message each `groupIntervalMs`: Telegram allows 20 a minute there.
CREATE OR REPLACE FUNCTION take_chat_turn(p_chat bigint, p_priority integer, p_now timestamptz, p_limits jsonb)
RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE
  chat telegram_chats;
  every interval := make_interval(secs => CASE WHEN p_chat < 0
    THEN coalesce((p_limits->>'groupIntervalMs')::float, 3600) ELSE (p_limits->>'chatIntervalMs')::float END / 1000);
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
