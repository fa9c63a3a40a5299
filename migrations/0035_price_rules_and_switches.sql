-- What operators change about prices and what is on sale. Rows are only added and ended, never changed or deleted, so that
-- every change can be read later and taken back.

-- One row a tap on Save. Its id is that of the draft, so that a tap which comes twice changes prices once.
CREATE TABLE price_changes (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('set', 'remove', 'shift', 'undo')),
  -- Another change, which is taken back; that can be done once.
  undoes uuid UNIQUE,
  actor text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX price_changes_by_age ON price_changes (at DESC);

ALTER TABLE price_rules
  ADD COLUMN added_in uuid REFERENCES price_changes (id),
  ADD COLUMN removed_in uuid REFERENCES price_changes (id),
  ADD COLUMN removed_at timestamptz,
  ADD COLUMN removed_by text,
  -- Both null: the standing rule of its scope. Else it applies from the one to the other, and goes before the standing rule.
  ADD COLUMN starts_at timestamptz,
  ADD COLUMN ends_at timestamptz,
  ADD CONSTRAINT price_rules_removed_by_somebody CHECK ((removed_at IS NULL) = (removed_by IS NULL)),
  ADD CONSTRAINT price_rules_window CHECK ((starts_at IS NULL) = (ends_at IS NULL) AND (ends_at IS NULL OR ends_at > starts_at));

-- Of several rules for the same the newest applied. Now there is one.
UPDATE price_rules AS old SET removed_at = now(), removed_by = 'migration 0035'
WHERE EXISTS (
  SELECT FROM price_rules AS newer
  WHERE (newer.service_id, newer.country_id, newer.provider) IS NOT DISTINCT FROM (old.service_id, old.country_id, old.provider)
    AND (newer.created_at, newer.id) > (old.created_at, old.id));

CREATE UNIQUE INDEX price_rules_one_standing ON price_rules
  (coalesce(service_id, ''), coalesce(country_id, ''), coalesce(provider, ''))
  WHERE removed_at IS NULL AND starts_at IS NULL;
CREATE INDEX price_rules_live ON price_rules (created_at) WHERE removed_at IS NULL;
CREATE INDEX price_rules_by_change ON price_rules (added_in);
CREATE INDEX price_rules_by_removal ON price_rules (removed_in) WHERE removed_in IS NOT NULL;

CREATE FUNCTION refuse_rule_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.removed_at IS NULL AND NEW.removed_at IS NOT NULL THEN
    IF (NEW.id, NEW.service_id, NEW.country_id, NEW.provider, NEW.markup_basis_points, NEW.min_profit_micros, NEW.actor,
        NEW.created_at, NEW.starts_at, NEW.ends_at, NEW.added_in)
      IS NOT DISTINCT FROM
       (OLD.id, OLD.service_id, OLD.country_id, OLD.provider, OLD.markup_basis_points, OLD.min_profit_micros, OLD.actor,
        OLD.created_at, OLD.starts_at, OLD.ends_at, OLD.added_in) THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER price_rules_append_only BEFORE UPDATE OR DELETE ON price_rules
  FOR EACH ROW EXECUTE FUNCTION refuse_rule_change();

-- What an operator has taken off sale: whatever fits all the columns that are set.
CREATE TABLE switches (
  id uuid PRIMARY KEY,
  service_id text,
  country_id text,
  provider text,
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 200),
  off_at timestamptz NOT NULL,
  off_by text NOT NULL,
  -- On sale again from then on by itself; null: until somebody switches it on.
  until timestamptz,
  on_at timestamptz,
  on_by text,
  CHECK (num_nonnulls(service_id, country_id, provider) > 0),
  CHECK ((on_at IS NULL) = (on_by IS NULL)),
  CHECK (until IS NULL OR until > off_at)
);
CREATE UNIQUE INDEX switches_one_off ON switches
  (coalesce(service_id, ''), coalesce(country_id, ''), coalesce(provider, '')) WHERE on_at IS NULL;

-- While one is open nothing new is sold, or no new money is taken.
CREATE TABLE pauses (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('sales', 'topups')),
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 200),
  -- The operator's own words for buyers by language; '{}': the standard sentence.
  words jsonb NOT NULL,
  off_at timestamptz NOT NULL,
  off_by text NOT NULL,
  until timestamptz,
  on_at timestamptz,
  on_by text,
  CHECK ((on_at IS NULL) = (on_by IS NULL)),
  CHECK (until IS NULL OR until > off_at)
);
CREATE UNIQUE INDEX pauses_one_open ON pauses (kind) WHERE on_at IS NULL;
CREATE INDEX pauses_by_age ON pauses (kind, off_at DESC);

CREATE FUNCTION refuse_switch_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.on_at IS NULL AND NEW.on_at IS NOT NULL THEN
    IF to_jsonb(NEW) - 'on_at' - 'on_by' = to_jsonb(OLD) - 'on_at' - 'on_by' THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER switches_append_only BEFORE UPDATE OR DELETE ON switches
  FOR EACH ROW EXECUTE FUNCTION refuse_switch_change();
CREATE TRIGGER pauses_append_only BEFORE UPDATE OR DELETE ON pauses
  FOR EACH ROW EXECUTE FUNCTION refuse_switch_change();
