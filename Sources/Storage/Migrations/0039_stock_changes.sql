-- Stock is changed by staff: every change is written down, and a unit may say when it is low.

-- Low is what has so few pieces left that can be promised; null means the shop's own threshold. Not indexed, as no
-- column of this table is that changes.
ALTER TABLE stock ADD COLUMN low_threshold integer CHECK (low_threshold BETWEEN 0 AND 100000000);

-- What staff asked for under an idempotency key, and the SHA-256 of it. A request that was refused has no row.
CREATE TABLE stock_requests (
    id             uuid PRIMARY KEY,
    at             timestamptz NOT NULL DEFAULT now(),
    actor          text NOT NULL,
    request_key    text NOT NULL CHECK (length(request_key) BETWEEN 1 AND 255),
    request_digest bytea NOT NULL,
    CONSTRAINT stock_requests_once UNIQUE (actor, request_key)
);

-- What changed the pieces in the house. Rows are added under the lock of the stock row, so the ids of a unit are in the
-- order of its changes. Left out is what confirmed orders take: each checkout would pay for it, and between two changes
-- nothing else takes pieces, so it is what lies between on_hand_after of one and on_hand_before of the next.
CREATE TABLE stock_changes (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sku            text COLLATE "C" NOT NULL REFERENCES stock,
    at             timestamptz NOT NULL DEFAULT clock_timestamp(),
    reason         text NOT NULL CHECK (reason IN
        ('opening', 'received', 'returned', 'damaged', 'lost', 'counted', 'correction', 'refund', 'order_canceled')),
    actor          text NOT NULL,
    request_id     uuid REFERENCES stock_requests,
    order_id       uuid REFERENCES orders,
    on_hand_before integer NOT NULL CHECK (on_hand_before >= 0),
    on_hand_after  integer NOT NULL CHECK (on_hand_after >= 0),
    -- stock.initial afterwards.
    initial        integer NOT NULL CHECK (initial >= 0),
    reference      text CHECK (length(reference) BETWEEN 1 AND 100),
    note           text CHECK (length(note) BETWEEN 1 AND 500),
    CHECK ((order_id IS NOT NULL) = (reason IN ('refund', 'order_canceled')))
);
CREATE INDEX stock_changes_of_unit ON stock_changes (sku, id DESC);
CREATE INDEX stock_changes_of_request ON stock_changes (request_id) WHERE request_id IS NOT NULL;

CREATE FUNCTION refuse_stock_history_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of stock is append-only' USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER stock_changes_append_only BEFORE UPDATE OR DELETE ON stock_changes
    FOR EACH ROW EXECUTE FUNCTION refuse_stock_history_change();
CREATE TRIGGER stock_changes_keep BEFORE TRUNCATE ON stock_changes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_stock_history_change();
