-- An SMS webhook finds its order by the number, an open order first and the newest before older ones.
CREATE INDEX orders_by_phone ON orders (provider, phone, rented_at DESC) WHERE phone IS NOT NULL;
DROP INDEX orders_open_phone;
