-- A purchase has one call under way at a time. The constraint decides where two processes place the same order.
CREATE UNIQUE INDEX order_attempts_one_open ON order_attempts (order_id) WHERE ended_at IS NULL;
