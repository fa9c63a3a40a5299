-- What operators did stays as it was written, like the ledger. One change is permitted, for delete-my-data: the free text
-- of an entry may be emptied, because it may speak about a person.
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.detail = '' AND (NEW.id, NEW.actor, NEW.action, NEW.subject, NEW.at)
        IS NOT DISTINCT FROM (OLD.id, OLD.actor, OLD.action, OLD.subject, OLD.at) THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE INDEX audit_log_by_subject ON audit_log (subject);
