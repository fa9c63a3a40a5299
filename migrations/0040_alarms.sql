-- Troubles that operators were told of, so that of several replicas one tells each, once, and once that it is over.
CREATE TABLE alarms (
  key text PRIMARY KEY,
  since timestamptz NOT NULL,
  -- The last look that saw it.
  seen_at timestamptz NOT NULL,
  told_at timestamptz,
  -- A replica is telling it, or its end. After this another may.
  claimed_until timestamptz
);

-- Written to find out whether the database takes writes.
CREATE TABLE write_checks (
  id smallint PRIMARY KEY CHECK (id = 1),
  at timestamptz NOT NULL
);
