-- Refunds name pieces, and may be made at the provider; parts of a payment can be taken; disputes tell where their money is.

ALTER TABLE payments
    -- What is held; null as long as nobody said, which means all of it.
    ADD COLUMN authorized_amount bigint CHECK (authorized_amount BETWEEN 0 AND amount),
    -- How much somebody wants taken of it; null means all that is held.
    ADD COLUMN capture_amount    bigint CHECK (capture_amount BETWEEN 1 AND amount),
    -- What a customer recognizes the card by.
    ADD COLUMN card_brand        text,
    ADD COLUMN card_last_four    text,
    ADD CONSTRAINT payments_card_whole CHECK ((card_brand IS NULL) = (card_last_four IS NULL));

UPDATE payments SET authorized_amount = amount WHERE status = 'authorized';

ALTER TABLE refunds
    ADD COLUMN source         text NOT NULL DEFAULT 'shop',
    -- Asked for as all that is left: it follows when less turns out to be left.
    ADD COLUMN takes_the_rest boolean NOT NULL DEFAULT false,
    -- When it was last read at the provider after it had settled: banks send money back for some weeks.
    ADD COLUMN checked_at     timestamptz,
    ADD CONSTRAINT refunds_source CHECK (source IN ('shop', 'provider') AND (source = 'shop' OR provider_refund_id IS NOT NULL)),
    DROP CONSTRAINT refunds_reason_check,
    ADD CONSTRAINT refunds_reason CHECK (reason IN
        ('requested_by_customer', 'duplicate', 'fraudulent', 'order_cancelled', 'late_payment', 'order_unknown', 'made_at_provider')) NOT VALID;
CREATE INDEX refunds_that_may_bounce ON refunds (coalesce(checked_at, settled_at, created_at))
    WHERE provider_refund_id IS NOT NULL AND (status = 'succeeded' OR status = 'pending' AND source = 'provider');

-- The pieces a refund is for. Rows written before name none; where they put goods back on the shelf they did so when they were asked for, all at once.
CREATE TABLE refund_items (
    refund_id  uuid NOT NULL REFERENCES refunds ON DELETE CASCADE,
    sku        text COLLATE "C" NOT NULL,
    product_id uuid NOT NULL,
    quantity   integer NOT NULL CHECK (quantity > 0),
    restock    boolean NOT NULL,
    -- How many pieces it has put back on the shelf.
    restocked  integer NOT NULL DEFAULT 0 CHECK (restocked BETWEEN 0 AND quantity AND (restock OR restocked = 0)),
    PRIMARY KEY (refund_id, sku)
);

-- Of what an order has taken, how many pieces are back on the shelf while the order stands.
ALTER TABLE reservations
    ADD COLUMN restocked integer NOT NULL DEFAULT 0 CHECK (restocked BETWEEN 0 AND quantity);

-- What was given back at the provider has gone back, whatever is asked for here at the same time: it is written down, and the provider refuses the other.
CREATE OR REPLACE FUNCTION guard_refunds() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    captured bigint;
    others   bigint;
BEGIN
    IF NEW.status IN ('failed', 'canceled') THEN
        RETURN NEW;
    END IF;
    SELECT captured_amount INTO captured FROM payments WHERE id = NEW.payment_id FOR NO KEY UPDATE;
    SELECT coalesce(sum(amount), 0) INTO others FROM refunds
     WHERE payment_id = NEW.payment_id AND id <> NEW.id AND status NOT IN ('failed', 'canceled')
       AND (NEW.source = 'shop' OR status <> 'requested');
    IF others + NEW.amount > captured THEN
        RAISE EXCEPTION 'refunds of payment % would exceed what was captured', NEW.payment_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refunds_within_captured', TABLE = 'refunds';
    END IF;
    RETURN NEW;
END
$$;

ALTER TABLE disputes
    ADD COLUMN withdrawn_at  timestamptz,
    ADD COLUMN reinstated_at timestamptz;

-- A refund that fails after its mail gets a second one.
ALTER TABLE email_deliveries
    DROP CONSTRAINT email_deliveries_kind,
    ADD CONSTRAINT email_deliveries_kind
        CHECK (kind IN ('order_confirmation', 'payment_failed', 'refund', 'refund_failed', 'cancellation')
               AND (kind IN ('refund', 'refund_failed')) = (about <> '')) NOT VALID;
