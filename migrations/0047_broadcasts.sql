-- False: this buyer wants no broadcasts.
ALTER TABLE buyers ADD COLUMN wants_news boolean NOT NULL DEFAULT true;

-- The message at Telegram, where somebody asks for it later: only a broadcast is taken back.
ALTER TABLE outbox ADD COLUMN message_id bigint;

-- What operators send to many. A draft is changed until it is started; then its content stays as it is.
CREATE TABLE broadcasts (
  id uuid PRIMARY KEY,
  state text NOT NULL CHECK (state IN ('draft', 'running', 'paused', 'stopped', 'done', 'deleting', 'deleted')),
  -- Counts the changes of a draft: what is started is what was looked at.
  version integer NOT NULL DEFAULT 1,
  content jsonb NOT NULL,
  audience jsonb NOT NULL,
  made_by bigint NOT NULL,
  made_at timestamptz NOT NULL,
  started_by bigint,
  started_at timestamptz,
  ended_at timestamptz,
  -- Recipients are written down in batches, in the order of the buyers' ids: the last one so far, and whether it is all.
  planned_to uuid,
  is_planned boolean NOT NULL DEFAULT false,
  -- When people were last given their turn: a broadcast leaves part of Telegram's limits to all other messages.
  fed_at timestamptz,
  -- These stay when the recipients are purged.
  planned integer NOT NULL DEFAULT 0,
  sent integer NOT NULL DEFAULT 0,
  blocked integer NOT NULL DEFAULT 0,
  failed integer NOT NULL DEFAULT 0,
  skipped integer NOT NULL DEFAULT 0,
  removed integer NOT NULL DEFAULT 0,
  kept integer NOT NULL DEFAULT 0,
  CHECK ((state = 'draft') = (started_at IS NULL))
);
CREATE INDEX broadcasts_by_age ON broadcasts (made_at DESC, id DESC);

-- One row for each person that a broadcast is for. 'queued' and 'removing' have a message in the outbox.
CREATE TABLE broadcast_recipients (
  broadcast_id uuid NOT NULL REFERENCES broadcasts (id),
  buyer_id uuid NOT NULL REFERENCES buyers (id),
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN (
    'waiting', 'queued', 'sent', 'blocked', 'failed', 'skipped', 'removing', 'removed', 'kept')),
  outbox_id bigint,
  message_id bigint,
  sent_at timestamptz,
  PRIMARY KEY (broadcast_id, buyer_id)
);
CREATE INDEX broadcast_recipients_waiting ON broadcast_recipients (broadcast_id, buyer_id) WHERE state = 'waiting';
CREATE INDEX broadcast_recipients_open ON broadcast_recipients (broadcast_id) WHERE state IN ('queued', 'removing');
CREATE INDEX broadcast_recipients_sent ON broadcast_recipients (broadcast_id, buyer_id) WHERE state = 'sent';
CREATE INDEX broadcast_recipients_of_buyer ON broadcast_recipients (buyer_id);
