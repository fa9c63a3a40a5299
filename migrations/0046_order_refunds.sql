-- Adjustments that gave the money of an order back: such an order earns nobody a reward.
CREATE INDEX transfers_order_refunds ON transfers (order_id) WHERE kind = 'adjustment' AND order_id IS NOT NULL;
