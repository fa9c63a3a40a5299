-- Troubles of trade that operators were told of, or will be when the quiet hours end. One row a trouble: it is closed by the
-- look that no longer sees it.
CREATE TABLE trade_alerts (
  id uuid PRIMARY KEY,
  kind text NOT NULL,
  -- A provider, or a service and country.
  subject text NOT NULL,
  -- What was last told, where it is told again when it has halved.
  told_level bigint,
  params jsonb NOT NULL,
  opened_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL,
  told_at timestamptz,
  closed_at timestamptz
);
CREATE UNIQUE INDEX trade_alerts_open ON trade_alerts (kind, subject) WHERE closed_at IS NULL;

-- What the provider cards and the alerts count.
CREATE INDEX order_attempts_by_provider ON order_attempts (provider, started_at);
