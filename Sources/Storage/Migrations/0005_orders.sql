-- Orders, their money and the stock they hold. Rows are locked in the order orders, payments, stock by SKU, carts.
CREATE SEQUENCE order_numbers START 100001;

CREATE TABLE orders (
    id                uuid PRIMARY KEY,
    number            bigint NOT NULL UNIQUE DEFAULT nextval('order_numbers'),
    cart_id           uuid NOT NULL REFERENCES carts,
    user_id           uuid REFERENCES users,
    guest_token_hash  bytea,
    -- Null after erasure, and so is the address.
    email             text,
    shipping_address  jsonb,
    status            text NOT NULL DEFAULT 'pending' CHECK (status IN
        ('pending', 'reserved', 'confirmed', 'rejected', 'payment_failed', 'expired', 'cancelled', 'partially_refunded', 'refunded')),
    fulfilment_status text NOT NULL DEFAULT 'unfulfilled' CHECK (fulfilment_status IN ('unfulfilled', 'fulfilled')),
    version           integer NOT NULL DEFAULT 1,
    currency          char(3) NOT NULL,
    subtotal          bigint NOT NULL CHECK (subtotal >= 0),
    discount          bigint NOT NULL DEFAULT 0 CHECK (discount >= 0),
    shipping          bigint NOT NULL DEFAULT 0 CHECK (shipping >= 0),
    tax               bigint NOT NULL DEFAULT 0 CHECK (tax >= 0),
    total             bigint NOT NULL CHECK (total >= 0),
    rate_set_id       uuid REFERENCES rate_sets,
    rate              numeric(30, 12) CHECK (rate > 0),
    -- Until when stock is set aside. Pushed on by whoever claims an overdue order.
    reserved_until    timestamptz,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    confirmed_at      timestamptz,
    CHECK (total = subtotal - discount + shipping + tax),
    CHECK ((rate IS NULL) = (rate_set_id IS NULL)),
    CHECK ((user_id IS NULL) <> (guest_token_hash IS NULL)),
    CHECK (status NOT IN ('reserved', 'payment_failed') OR reserved_until IS NOT NULL),
    CHECK (status <> 'confirmed' OR confirmed_at IS NOT NULL)
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX orders_one_live_per_cart ON orders (cart_id) WHERE status IN ('pending', 'reserved', 'payment_failed');
CREATE INDEX orders_overdue ON orders (reserved_until) WHERE status IN ('reserved', 'payment_failed');
CREATE INDEX orders_of_user ON orders (user_id, id DESC) WHERE user_id IS NOT NULL;
CREATE INDEX orders_of_guest ON orders (guest_token_hash, id DESC) WHERE guest_token_hash IS NOT NULL;

-- A snapshot: no reference to products, which may change or go, and whose hot rows every order would have to share-lock.
CREATE TABLE order_items (
    order_id    uuid NOT NULL REFERENCES orders ON DELETE CASCADE,
    position    integer NOT NULL CHECK (position > 0),
    product_id  uuid NOT NULL,
    sku         text COLLATE "C" NOT NULL,
    name        text NOT NULL,
    quantity    integer NOT NULL CHECK (quantity BETWEEN 1 AND 999),
    unit_amount bigint NOT NULL CHECK (unit_amount >= 0),
    total       bigint NOT NULL,
    PRIMARY KEY (order_id, position),
    CHECK (total = unit_amount * quantity)
);

-- What happened to an order and why.
CREATE TABLE order_events (
    sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES orders ON DELETE CASCADE,
    kind     text NOT NULL,
    status   text NOT NULL,
    reason   text,
    at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX order_events_of_order ON order_events (order_id, sequence);

-- Money. A payment that is not canceled is the one that counts for its order.
CREATE TABLE payments (
    id                 uuid PRIMARY KEY,
    order_id           uuid NOT NULL REFERENCES orders,
    seq                integer NOT NULL CHECK (seq > 0),
    status             text NOT NULL DEFAULT 'created' CHECK (status IN
        ('created', 'confirming', 'requires_action', 'processing', 'failed', 'canceled', 'authorized', 'captured',
         'partially_refunded', 'refunded')),
    amount             bigint NOT NULL CHECK (amount >= 0),
    currency           char(3) NOT NULL,
    provider_intent_id text,
    attempt            integer NOT NULL DEFAULT 1 CHECK (attempt > 0),
    method             text NOT NULL,
    decline_code       text,
    decline_message    text,
    -- Only while the customer has to act.
    client_secret      text CHECK (client_secret IS NULL OR status = 'requires_action'),
    -- A sweeper that looks after this payment keeps others away until then.
    claimed_until      timestamptz,
    created_at         timestamptz NOT NULL DEFAULT now(),
    updated_at         timestamptz NOT NULL DEFAULT now(),
    UNIQUE (order_id, seq),
    CONSTRAINT payments_intent_once UNIQUE (provider_intent_id),
    CHECK (status IN ('created', 'failed', 'canceled') OR provider_intent_id IS NOT NULL)
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX payments_one_live_per_order ON payments (order_id) WHERE status <> 'canceled';
CREATE INDEX payments_unsettled ON payments (updated_at)
    WHERE provider_intent_id IS NOT NULL AND status IN ('created', 'confirming', 'requires_action', 'processing', 'failed');

-- Stock that an order holds, has taken, or has given back.
CREATE TABLE reservations (
    order_id   uuid NOT NULL REFERENCES orders,
    sku        text COLLATE "C" NOT NULL REFERENCES stock,
    quantity   integer NOT NULL CHECK (quantity > 0),
    state      text NOT NULL DEFAULT 'held' CHECK (state IN ('held', 'consumed', 'released')),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (order_id, sku)
);
CREATE INDEX reservations_held ON reservations (sku) WHERE state = 'held';

-- One row per request that placed an order; the key names the order it placed.
CREATE TABLE idempotency_keys (
    scope       text NOT NULL CHECK (length(scope) <= 100),
    key         text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    fingerprint bytea NOT NULL,
    order_id    uuid NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
