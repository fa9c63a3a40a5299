-- Quiet hours and the step of prices are settings like the others now: with origin and reset, and from the environment too.
INSERT INTO desk_settings (name, value, changed_by, changed_at)
  SELECT 'PRICE_STEP', value, 0, updated_at FROM settings
  WHERE key = 'desk.price_step' AND value IN ('0.01', '0.05', '0.10', 'nine')
  ON CONFLICT (name) DO NOTHING;
INSERT INTO desk_settings (name, value, changed_by, changed_at)
  SELECT 'QUIET_HOURS', concat(value::jsonb->>'from', '-', value::jsonb->>'to', ' ', value::jsonb->>'zone'), 0, updated_at
  FROM settings WHERE key = 'desk.quiet_hours' AND value LIKE '{%}'
  ON CONFLICT (name) DO NOTHING;
DELETE FROM settings WHERE key IN ('desk.price_step', 'desk.quiet_hours');
