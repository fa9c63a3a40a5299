-- When the money came in. While suppliers do not answer, the purchase is tried again for some time after it; null: paid
-- before this was kept, and the buyer is asked at once.
ALTER TABLE paid_purchases ADD COLUMN credited_at timestamptz;

-- A swap that brought no other number must not look like one that did.
UPDATE orders SET swap_due = false
WHERE swap_due AND state = 'cancelled' AND NOT EXISTS (SELECT FROM orders AS fresh WHERE fresh.replaces = orders.id);
