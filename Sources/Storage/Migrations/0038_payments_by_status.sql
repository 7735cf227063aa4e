-- no-transaction
-- Orders whose payment is in a state.
CREATE INDEX CONCURRENTLY IF NOT EXISTS payments_by_status ON payments (status, order_id);
