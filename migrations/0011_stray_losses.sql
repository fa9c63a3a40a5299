-- What a provider kept for a number that was no order's (too dear, or surplus of a doubt) and had an SMS all the same.
ALTER TABLE transfers DROP CONSTRAINT transfers_kind_check;
ALTER TABLE transfers ADD CONSTRAINT transfers_kind_check CHECK (kind IN (
  'topup', 'topup_refund', 'topup_loss', 'hold', 'capture', 'release', 'provider_cost', 'provider_loss', 'stray_loss',
  'adjustment'));
