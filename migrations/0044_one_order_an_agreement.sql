-- The quote whose price the buyer agreed to when the payment began. However often and by whatever way it is paid or its
-- button is pressed, an agreement makes one order.
ALTER TABLE topups ADD COLUMN resume_quote_id uuid;
ALTER TABLE paid_purchases ADD COLUMN agreed_quote_id uuid;
CREATE INDEX paid_purchases_by_agreement ON paid_purchases (agreed_quote_id) WHERE agreed_quote_id IS NOT NULL;
