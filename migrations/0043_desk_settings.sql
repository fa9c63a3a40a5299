-- What owners set at the desk instead of the environment, as they typed it. Only names of the shop's own list are read.
CREATE TABLE desk_settings (
  name text PRIMARY KEY,
  value text NOT NULL,
  changed_by bigint NOT NULL,
  changed_at timestamptz NOT NULL
);

-- Counts the changes of desk_settings: each process looks at it every few seconds, and reads the rest only when it moved.
CREATE TABLE desk_settings_version (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  version bigint NOT NULL
);
