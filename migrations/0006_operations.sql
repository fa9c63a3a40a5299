-- Who does a job that only one replica may do. `epoch` fences a holder that was too slow; the database's clock decides.
CREATE TABLE leases (
  name text PRIMARY KEY,
  holder text NOT NULL,
  epoch bigint NOT NULL,
  expires_at timestamptz NOT NULL
);

-- The request budget of a provider, shared by all replicas: the theoretical arrival time of the next request.
CREATE TABLE provider_gates (
  provider text PRIMARY KEY,
  next_at timestamptz NOT NULL,
  blocked_until timestamptz NOT NULL
);

CREATE TABLE provider_health (
  provider text PRIMARY KEY,
  state text NOT NULL CHECK (state IN ('closed', 'open')),
  reason text,
  failures integer NOT NULL DEFAULT 0,
  opened_at timestamptz,
  next_probe_at timestamptz,
  told_at timestamptz,
  balance_micros bigint,
  escrow_micros bigint,
  balance_at timestamptz,
  updated_at timestamptz NOT NULL
);

-- Small facts that must outlive a restart: the generated webhook secret, sweep cursors, baselines.
CREATE TABLE settings (
  key text PRIMARY KEY,
  value text NOT NULL,
  updated_at timestamptz NOT NULL
);

-- What the self-check found. Nothing repairs money silently: a finding is closed by the check that no longer sees it.
CREATE TABLE findings (
  id uuid PRIMARY KEY,
  kind text NOT NULL,
  subject text NOT NULL,
  detail text NOT NULL,
  first_seen_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  told_at timestamptz,
  closed_at timestamptz
);
CREATE UNIQUE INDEX findings_open ON findings (kind, subject) WHERE closed_at IS NULL;

CREATE TABLE audit_log (
  id uuid PRIMARY KEY,
  actor text NOT NULL,
  action text NOT NULL,
  subject text NOT NULL,
  detail text NOT NULL,
  at timestamptz NOT NULL
);
