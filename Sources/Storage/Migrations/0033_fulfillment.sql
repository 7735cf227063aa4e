-- Orders are shipped in parts, and staff write notes about them.

-- Goods that went out together. Rows are added under the lock of their order.
CREATE TABLE shipments (
    id              uuid PRIMARY KEY,
    order_id        uuid NOT NULL REFERENCES orders,
    carrier         text CHECK (length(carrier) BETWEEN 1 AND 100),
    -- Null after erasure: they lead to the address at the carrier's.
    tracking_number text CHECK (length(tracking_number) BETWEEN 1 AND 100),
    tracking_url    text CHECK (length(tracking_url) BETWEEN 1 AND 500),
    shipped_at      timestamptz NOT NULL DEFAULT now(),
    delivered_at    timestamptz,
    updated_at      timestamptz NOT NULL DEFAULT now(),
    created_by      text NOT NULL,
    -- The idempotency key of the request, and the SHA-256 of what was asked for.
    request_key     text NOT NULL CHECK (length(request_key) BETWEEN 1 AND 255),
    request_digest  bytea NOT NULL,
    CONSTRAINT shipments_request_once UNIQUE (order_id, request_key)
);

CREATE TABLE shipment_items (
    shipment_id uuid NOT NULL REFERENCES shipments ON DELETE CASCADE,
    sku         text COLLATE "C" NOT NULL,
    product_id  uuid NOT NULL,
    quantity    integer NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (shipment_id, sku)
);

-- What staff tell each other about an order. Erasure deletes them: they may name the customer.
CREATE TABLE order_notes (
    id         uuid PRIMARY KEY,
    order_id   uuid NOT NULL REFERENCES orders,
    author     text NOT NULL,
    text       text NOT NULL CHECK (length(text) BETWEEN 1 AND 2000),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX order_notes_of_order ON order_notes (order_id, id);

-- Checks that only grow hold for every row there is, so they need not be read again under the lock.
ALTER TABLE orders
    DROP CONSTRAINT orders_fulfillment_status,
    ADD CONSTRAINT orders_fulfillment_status
        CHECK (fulfillment_status IN ('unfulfilled', 'partially_fulfilled', 'fulfilled')) NOT VALID;
ALTER TABLE email_deliveries
    DROP CONSTRAINT email_deliveries_kind,
    ADD CONSTRAINT email_deliveries_kind
        CHECK (kind IN ('order_confirmation', 'payment_failed', 'refund', 'refund_failed', 'cancellation', 'shipped',
                        'delivered')
               AND (kind IN ('refund', 'refund_failed', 'shipped', 'delivered')) = (about <> '')) NOT VALID;

-- What was marked as shipped by hand went out as a whole.
INSERT INTO shipments (id, order_id, shipped_at, created_by, request_key, request_digest)
SELECT gen_random_uuid(), id, updated_at, 'system:migration', 'migration', sha256('')
  FROM orders WHERE fulfillment_status = 'fulfilled';
INSERT INTO shipment_items (shipment_id, sku, product_id, quantity)
SELECT s.id, i.sku, min(i.product_id::text)::uuid, sum(i.quantity)
  FROM shipments AS s JOIN order_items AS i ON i.order_id = s.order_id GROUP BY s.id, i.sku;
