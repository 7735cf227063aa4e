-- What orders that wait are shown: their place among those that wait, and how fast others are served.
CREATE INDEX orders_pending ON orders (number) WHERE status = 'pending';
CREATE INDEX orders_confirmed ON orders (confirmed_at) WHERE confirmed_at IS NOT NULL;

-- Counts the keys under which the provider was asked to make the intent: it may replay a failure of its own under one for a day.
ALTER TABLE payments ADD COLUMN creation integer NOT NULL DEFAULT 1 CHECK (creation > 0);
