-- What customers gather. A guest's cart is found by the SHA-256 of the token the guest holds.
CREATE TABLE carts (
    id               uuid PRIMARY KEY,
    user_id          uuid REFERENCES users,
    guest_token_hash bytea CHECK (length(guest_token_hash) = 32),
    -- Made for one express order; never the cart that its owner sees.
    is_express       boolean NOT NULL DEFAULT false,
    status           text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'converting', 'converted', 'merged', 'closed')),
    -- Since when an order is being paid from it.
    locked_at        timestamptz,
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    CHECK ((user_id IS NULL) <> (guest_token_hash IS NULL)),
    CHECK ((status = 'converting') = (locked_at IS NOT NULL))
);
CREATE UNIQUE INDEX carts_current_of_user ON carts (user_id)
    WHERE NOT is_express AND status IN ('open', 'converting');
CREATE UNIQUE INDEX carts_current_of_guest ON carts (guest_token_hash)
    WHERE NOT is_express AND status IN ('open', 'converting');
CREATE INDEX carts_locked ON carts (locked_at) WHERE status = 'converting';

CREATE TABLE cart_items (
    cart_id    uuid NOT NULL REFERENCES carts ON DELETE CASCADE,
    product_id uuid NOT NULL REFERENCES products,
    quantity   integer NOT NULL CHECK (quantity BETWEEN 1 AND 999),
    added_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (cart_id, product_id)
);
