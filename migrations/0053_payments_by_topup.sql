-- Operators find a payment by its invoice; without this a search reads every payment.
CREATE INDEX topup_payments_by_topup ON topup_payments (topup_id);
