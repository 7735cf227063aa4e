-- no-transaction
-- Orders in a state and shipped so far, latest first. Where only one of the two is asked for, all of the other are read.
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_by_state
    ON orders (status, fulfillment_status, created_at DESC, id DESC);
