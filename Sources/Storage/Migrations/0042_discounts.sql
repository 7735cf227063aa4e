-- What makes orders cheaper, and which orders have it.
CREATE TABLE discounts (
    id                    uuid PRIMARY KEY,
    -- In upper case. Null: it applies by itself.
    code                  text COLLATE "C" CHECK (code ~ '^[A-Z0-9][A-Z0-9_-]{0,39}$'),
    title                 text NOT NULL CHECK (length(title) BETWEEN 1 AND 100),
    -- One of the two: hundredths of a per cent, or minor units of a currency, in which the minimum is, too.
    basis_points          integer CHECK (basis_points BETWEEN 1 AND 10000),
    amount                bigint CHECK (amount > 0),
    currency              char(3) NOT NULL,
    minimum               bigint CHECK (minimum > 0),
    starts_at             timestamptz,
    ends_at               timestamptz,
    maximum_uses          integer CHECK (maximum_uses > 0),
    uses_per_customer     integer CHECK (uses_per_customer > 0),
    is_first_order_only   boolean NOT NULL DEFAULT false,
    combines              boolean NOT NULL DEFAULT false,
    is_active             boolean NOT NULL DEFAULT true,
    -- How many orders have it, counted only where that is limited: who counts has to lock.
    uses                  integer NOT NULL DEFAULT 0 CHECK (uses >= 0),
    version               integer NOT NULL DEFAULT 1,
    created_at            timestamptz NOT NULL DEFAULT now(),
    updated_at            timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT discounts_code UNIQUE (code),
    CONSTRAINT discounts_effect CHECK ((basis_points IS NULL) <> (amount IS NULL)),
    CONSTRAINT discounts_time CHECK (ends_at > starts_at)
);
-- Those that apply by themselves are looked at with each purchase.
CREATE INDEX discounts_automatic ON discounts (id) WHERE code IS NULL AND is_active;

-- A use is taken in the transaction that places the order. An order that comes to nothing releases it.
CREATE TABLE discount_uses (
    order_id      uuid NOT NULL REFERENCES orders,
    discount_id   uuid NOT NULL REFERENCES discounts,
    position      integer NOT NULL CHECK (position > 0),
    code          text,
    title         text NOT NULL,
    amount        bigint NOT NULL CHECK (amount > 0),
    -- Who is counted as one customer: an account, or the SHA-256 of an email address. Null after erasure.
    customer      text,
    released_at timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (order_id, discount_id)
);
CREATE INDEX discount_uses_live ON discount_uses (discount_id, customer) WHERE released_at IS NULL;

ALTER TABLE order_items ADD COLUMN discount bigint NOT NULL DEFAULT 0;
ALTER TABLE order_items ADD CONSTRAINT order_items_discount CHECK (discount BETWEEN 0 AND total) NOT VALID;
ALTER TABLE carts ADD COLUMN discount_code text;
