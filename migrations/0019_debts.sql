-- Stars that Telegram gave back although the buyer had spent them, or an open order held them: the buyer owes them.
-- The shop's claim is a system account of that buyer's (system:debt:<buyer>), made when it is needed, so no balance
-- can go below zero. topup_debt books a debt, debt_settled pays it from the available balance, debt_carried moves it
-- out of and into the ledger account of a buyer whose data is deleted and who comes back.
ALTER TABLE transfers DROP CONSTRAINT transfers_kind_check;
ALTER TABLE transfers ADD CONSTRAINT transfers_kind_check CHECK (kind IN (
  'topup', 'topup_refund', 'topup_loss', 'topup_debt', 'debt_settled', 'debt_carried', 'hold', 'capture', 'release',
  'late_charge', 'provider_cost', 'provider_loss', 'stray_loss', 'adjustment'));
