-- A purchase has one call under way at a time. The constraint decides where two processes place the same order.
CREATE UNIQUE INDEX order_attempts_one_open ON order_attempts (order_id) WHERE ended_at IS NULL;

-- What has changed in the catalogue, so that processes which keep it in memory read again only that. A row has the number
-- of the transaction that made the change: who remembers the oldest transaction that ran when they read, and asks for all
-- from it on, misses none, whatever the order of commits. Rows are only added, so writers never wait for each other here.
CREATE TABLE catalog_changes (
  -- The id of a service, '*' for numbers that work for any; '' for the price rules.
  subject text NOT NULL,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX catalog_changes_by_subject ON catalog_changes (subject, xid);
CREATE INDEX catalog_changes_by_age ON catalog_changes (at);

CREATE FUNCTION note_offer_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO catalog_changes (subject) SELECT DISTINCT service_id FROM new_rows;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO catalog_changes (subject) SELECT service_id FROM old_rows UNION SELECT service_id FROM new_rows;
  ELSE
    INSERT INTO catalog_changes (subject) SELECT DISTINCT service_id FROM old_rows;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER offers_inserted AFTER INSERT ON offers
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_offer_changes();
CREATE TRIGGER offers_updated AFTER UPDATE ON offers
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_offer_changes();
CREATE TRIGGER offers_deleted AFTER DELETE ON offers
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION note_offer_changes();

CREATE FUNCTION note_rule_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO catalog_changes (subject) VALUES ('');
  RETURN NULL;
END $$;
CREATE TRIGGER price_rules_changed AFTER INSERT OR UPDATE OR DELETE ON price_rules
  FOR EACH STATEMENT EXECUTE FUNCTION note_rule_changes();
