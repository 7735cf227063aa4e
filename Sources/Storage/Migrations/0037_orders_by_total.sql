-- no-transaction
-- Orders whose total lies between two amounts of a currency.
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_by_total ON orders (currency, total);
