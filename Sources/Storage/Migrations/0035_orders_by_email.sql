-- no-transaction
-- Orders of an email address, in whatever case it was written, latest first.
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_by_email ON orders (lower(email), created_at DESC, id DESC);
