-- The round and the digest of an SMS were parts of one text, "<round>:<sequence>:<digest>"; they become columns.
-- The old key's uniqueness lives on: it contained the sequence, and UNIQUE (order_id, sequence) stays.
ALTER TABLE order_sms ADD COLUMN round integer, ADD COLUMN content_digest text;
UPDATE order_sms SET round = split_part(dedupe_key, ':', 1)::integer, content_digest = split_part(dedupe_key, ':', 3);
ALTER TABLE order_sms
  ALTER COLUMN round SET NOT NULL,
  ALTER COLUMN content_digest SET NOT NULL,
  ADD CHECK (round >= 0),
  DROP COLUMN dedupe_key;
