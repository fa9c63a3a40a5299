-- When a provider's webhook last named this order. Whoever watches the provider looks at the order at once, and learns from
-- it whether the provider's webhooks work. next_check_at becomes the watcher's letter box: an order that is due there
-- has news for the watcher's book; taking it up moves the column some minutes ahead.
ALTER TABLE orders ADD COLUMN hinted_at timestamptz;
