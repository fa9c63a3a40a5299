-- The request rate that a supplier really takes, learned from its 429: what it was lowered to, and since when it rises again.
-- Null: the configured rate.
ALTER TABLE provider_gates
  ADD COLUMN learned_rate double precision CHECK (learned_rate > 0),
  ADD COLUMN learned_at timestamptz;
