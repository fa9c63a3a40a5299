-- Refunds whose end is not known are looked for every minute, among all payments there ever were.
CREATE INDEX topup_payments_refunding ON topup_payments (state_at) WHERE state = 'refunding';
