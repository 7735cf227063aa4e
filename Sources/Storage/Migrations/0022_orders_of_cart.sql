-- no-transaction
-- Before a cart is deleted, its orders are looked for.
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_of_cart ON orders (cart_id);
