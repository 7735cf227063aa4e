-- Lines are rounded once, rates carry a margin, and operators can turn a set of rates down.

-- A converted line is rounded as a whole, and so is the price of one piece that is shown beside it: the two agree to within a minor unit a piece. Rows
-- written before keep to the stricter rule that this takes the place of, so they need not be read again under the lock.
ALTER TABLE order_items DROP CONSTRAINT order_items_check;
ALTER TABLE order_items ADD CONSTRAINT order_items_total
    CHECK (total >= 0 AND abs(total - unit_amount::numeric * quantity) <= quantity) NOT VALID;

-- What was put on top of the published rate, in hundredths of a per cent. The rate of the order has it in it.
ALTER TABLE orders ADD COLUMN rate_margin integer NOT NULL DEFAULT 0;
ALTER TABLE orders ADD CONSTRAINT orders_rate_margin CHECK (rate_margin BETWEEN 0 AND 2000) NOT VALID;

-- For sources that date their answers and give no tag.
ALTER TABLE rate_sets ADD COLUMN last_modified text;

-- A set that was turned down stays, so that the same rates are not held a second time.
ALTER TABLE rate_sets DROP CONSTRAINT rate_sets_status_check;
ALTER TABLE rate_sets ADD CONSTRAINT rate_sets_status_check CHECK (status IN ('current', 'superseded', 'held', 'rejected'));
CREATE INDEX rate_sets_undecided ON rate_sets (source, date) WHERE status IN ('held', 'rejected');
