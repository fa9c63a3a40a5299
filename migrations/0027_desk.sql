-- Colleagues of the owners. Owners are ADMIN_IDS and never stand here: the environment alone makes and unmakes them.
CREATE TABLE staff (
  telegram_id bigint PRIMARY KEY,
  role text NOT NULL CHECK (role IN ('support', 'accountant')),
  added_by bigint NOT NULL,
  added_at timestamptz NOT NULL,
  removed_at timestamptz,
  seen_at timestamptz
);

-- One-time links by which somebody becomes a colleague. Only a hash of the token is kept.
CREATE TABLE staff_links (
  token_hash text PRIMARY KEY,
  role text NOT NULL CHECK (role IN ('support', 'accountant')),
  made_by bigint NOT NULL,
  made_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  used_by bigint
);
CREATE INDEX staff_links_by_age ON staff_links (made_at);

-- What a person at the desk is about to change. Its id is the key of the change: however often it is confirmed, it is done once.
CREATE TABLE drafts (
  id uuid PRIMARY KEY,
  staff_id bigint NOT NULL,
  kind text NOT NULL,
  content jsonb NOT NULL,
  reason text,
  -- The place of the desk to go back to.
  back text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  -- What was told when it was done.
  outcome text
);
CREATE INDEX drafts_by_age ON drafts (created_at);

-- Whom and what a change was about, as it was and as it is now. `buyer_id` is the person concerned, so that what was written
-- about them can be emptied with their data; `before` and `after` hold facts and no words.
ALTER TABLE audit_log
  ADD COLUMN subject_kind text NOT NULL DEFAULT 'other',
  ADD COLUMN buyer_id uuid,
  ADD COLUMN before jsonb,
  ADD COLUMN after jsonb,
  ADD COLUMN reason text,
  ADD COLUMN update_id bigint,
  ALTER COLUMN detail SET DEFAULT '';
CREATE INDEX audit_log_by_buyer ON audit_log (buyer_id) WHERE buyer_id IS NOT NULL;
CREATE INDEX audit_log_by_age ON audit_log (at DESC, id DESC);
CREATE INDEX audit_log_by_actor ON audit_log (actor, at DESC);

CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.detail = '' AND NEW.reason IS NULL
        AND (NEW.id, NEW.actor, NEW.action, NEW.subject_kind, NEW.subject, NEW.buyer_id, NEW.before, NEW.after, NEW.update_id, NEW.at)
        IS NOT DISTINCT FROM
        (OLD.id, OLD.actor, OLD.action, OLD.subject_kind, OLD.subject, OLD.buyer_id, OLD.before, OLD.after, OLD.update_id, OLD.at) THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
