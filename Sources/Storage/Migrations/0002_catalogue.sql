-- What is sold. Amounts are in minor units of their currency.
CREATE TABLE categories (
    slug text PRIMARY KEY CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) <= 64),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 120)
);

CREATE TABLE products (
    id            uuid PRIMARY KEY,
    sku           text COLLATE "C" NOT NULL UNIQUE CHECK (sku ~ '^[A-Z0-9._-]{1,64}$'),
    name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    description   text NOT NULL DEFAULT '' CHECK (length(description) <= 10000),
    category_slug text REFERENCES categories,
    base_amount   bigint NOT NULL CHECK (base_amount >= 0),
    base_currency char(3) NOT NULL,
    is_active     boolean NOT NULL DEFAULT true,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    search        tsvector NOT NULL GENERATED ALWAYS AS
        (setweight(to_tsvector('simple', name), 'A') || setweight(to_tsvector('simple', description), 'B')) STORED
);
CREATE INDEX products_search ON products USING gin (search);
CREATE INDEX products_newest ON products (id DESC) WHERE is_active;
CREATE INDEX products_name ON products (name, id) WHERE is_active;
CREATE INDEX products_price ON products (base_amount, id) WHERE is_active;
CREATE INDEX products_category ON products (category_slug, id DESC) WHERE is_active;

-- What people type into a search box, as a query: every word must occur, the last letters of each may be missing.
CREATE FUNCTION product_query(words text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsquery('simple', string_agg(quote_literal(word) || ':*', ' & '))
      FROM unnest(tsvector_to_array(to_tsvector('simple', words))) AS word
$$;

-- Prices set by hand; every other currency is converted from the base price.
CREATE TABLE product_prices (
    product_id uuid NOT NULL REFERENCES products ON DELETE CASCADE,
    currency   char(3) NOT NULL,
    amount     bigint NOT NULL CHECK (amount >= 0),
    PRIMARY KEY (product_id, currency)
);

-- At every moment initial = on_hand + what confirmed orders consumed, and reserved = what open orders hold.
-- The CHECK is the last line against selling what is not there. No column that changes is indexed and pages keep room, so that the
-- updates of a hot row stay on its page.
CREATE TABLE stock (
    sku      text COLLATE "C" PRIMARY KEY REFERENCES products (sku),
    initial  integer NOT NULL CHECK (initial >= 0),
    on_hand  integer NOT NULL CHECK (on_hand >= 0),
    reserved integer NOT NULL DEFAULT 0,
    CONSTRAINT stock_not_oversold CHECK (reserved BETWEEN 0 AND on_hand)
) WITH (fillfactor = 50);
