-- Adding to a cart may be repeated under an idempotency key, too. Such a key names no order.
ALTER TABLE idempotency_keys ALTER COLUMN order_id DROP NOT NULL;
