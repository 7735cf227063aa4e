-- no-transaction
-- Orders for staff, latest first, and those placed between two times.
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_by_time ON orders (created_at DESC, id DESC);
