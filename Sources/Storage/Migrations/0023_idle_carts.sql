-- no-transaction
-- Carts of guests that nobody comes back to.
CREATE INDEX CONCURRENTLY IF NOT EXISTS carts_idle ON carts (updated_at)
    WHERE guest_token_hash IS NOT NULL AND NOT is_express AND status IN ('open', 'merged');
