-- One row for each day whose report was sent or given up: no replica and no restart sends it twice.
CREATE TABLE daily_reports (
  day date PRIMARY KEY,
  sent_at timestamptz NOT NULL,
  -- How many people it was sent to.
  recipients integer NOT NULL
);

-- Who of the staff does not want it.
CREATE TABLE report_opt_outs (
  telegram_id bigint PRIMARY KEY,
  at timestamptz NOT NULL
);
