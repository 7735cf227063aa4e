-- Ways of sending goods. A shop without any sends for nothing.
CREATE TABLE shipping_methods (
    id         uuid PRIMARY KEY,
    code       text COLLATE "C" NOT NULL CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    -- Null: everywhere.
    countries  text[] CHECK (cardinality(countries) > 0),
    currency   char(3) NOT NULL,
    is_active  boolean NOT NULL DEFAULT true,
    version    integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT shipping_methods_code UNIQUE (code)
);

-- What a method costs for goods from a total on.
CREATE TABLE shipping_rates (
    method_id uuid NOT NULL REFERENCES shipping_methods ON DELETE CASCADE,
    minimum   bigint NOT NULL CHECK (minimum >= 0),
    price     bigint NOT NULL CHECK (price >= 0),
    PRIMARY KEY (method_id, minimum)
);

-- How an order is sent, as it was called when it was placed.
ALTER TABLE orders ADD COLUMN shipping_code text, ADD COLUMN shipping_name text;

ALTER TABLE discounts
    DROP CONSTRAINT discounts_effect,
    ADD COLUMN is_free_shipping boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT discounts_effect CHECK (
        (basis_points IS NOT NULL)::integer + (amount IS NOT NULL)::integer + is_free_shipping::integer = 1);
ALTER TABLE discount_uses ADD COLUMN is_for_shipping boolean NOT NULL DEFAULT false;
