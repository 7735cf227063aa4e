-- Money that is taken later, goes back, or is called off.
ALTER TABLE payments
    -- What was taken in all. Refunds add up to this at most.
    ADD COLUMN captured_amount      bigint NOT NULL DEFAULT 0,
    ADD COLUMN authorized_at        timestamptz,
    -- The provider gives an authorisation up after some days.
    ADD COLUMN capture_before       timestamptz,
    ADD COLUMN capture_requested_at timestamptz,
    ADD CONSTRAINT payments_captured_within_amount CHECK (captured_amount BETWEEN 0 AND amount);

CREATE INDEX payments_authorized ON payments (capture_before) WHERE status = 'authorized';

UPDATE payments SET captured_amount = amount WHERE status = 'captured';

-- Set when somebody calls an order off whose payment has to be called off or given back first.
ALTER TABLE orders
    ADD COLUMN cancel_requested_at timestamptz,
    ADD COLUMN cancel_reason       text,
    -- Since when a sweeper ends it because the time to pay has run out.
    ADD COLUMN overdue_at          timestamptz;

-- A row is committed before the provider is asked; its key at the provider is made from the id.
CREATE TABLE refunds (
    id                 uuid PRIMARY KEY,
    order_id           uuid NOT NULL REFERENCES orders,
    payment_id         uuid NOT NULL REFERENCES payments,
    amount             bigint NOT NULL CHECK (amount > 0),
    currency           char(3) NOT NULL,
    reason             text NOT NULL CHECK (reason IN
        ('requested_by_customer', 'duplicate', 'fraudulent', 'order_cancelled', 'late_payment', 'order_unknown')),
    status             text NOT NULL DEFAULT 'requested' CHECK (status IN ('requested', 'pending', 'succeeded', 'failed', 'canceled')),
    provider_refund_id text,
    failure_reason     text,
    -- Each gives the call a key of its own, once the provider has answered a failure that it may replay.
    attempt            integer NOT NULL DEFAULT 1 CHECK (attempt > 0),
    -- The goods came back and can be sold again.
    restock            boolean NOT NULL DEFAULT false,
    requested_by       text NOT NULL,
    -- The idempotency key of the request.
    request_key        text NOT NULL CHECK (length(request_key) BETWEEN 1 AND 255),
    created_at         timestamptz NOT NULL DEFAULT now(),
    updated_at         timestamptz NOT NULL DEFAULT now(),
    settled_at         timestamptz,
    CONSTRAINT refunds_request_once UNIQUE (payment_id, request_key),
    CONSTRAINT refunds_provider_once UNIQUE (provider_refund_id),
    CHECK ((status IN ('requested', 'pending')) = (settled_at IS NULL))
);
CREATE INDEX refunds_of_order ON refunds (order_id, id);

-- The last line against giving back more than was taken, whoever writes. It waits for the payment's lock, so two at once see each other.
CREATE FUNCTION guard_refunds() RETURNS trigger
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
     WHERE payment_id = NEW.payment_id AND id <> NEW.id AND status NOT IN ('failed', 'canceled');
    IF others + NEW.amount > captured THEN
        RAISE EXCEPTION 'refunds of payment % would exceed what was captured', NEW.payment_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refunds_within_captured', TABLE = 'refunds';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER refunds_within_captured BEFORE INSERT OR UPDATE OF amount, status, payment_id ON refunds
    FOR EACH ROW EXECUTE FUNCTION guard_refunds();
