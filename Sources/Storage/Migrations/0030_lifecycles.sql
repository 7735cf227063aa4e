-- The last line against a change of state that the tables of transitions do not list, whoever writes. The functions are
-- made from those tables (Lifecycle.triggerFunction); a test compares them with the last migration that defines them.
-- Rows that are there stay as they are.

CREATE OR REPLACE FUNCTION guard_orders_status() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT (CASE OLD.status
        WHEN 'pending' THEN NEW.status IN (
          'reserved', 'rejected', 'expired', 'cancelled')
        WHEN 'reserved' THEN NEW.status IN (
          'confirmed', 'rejected', 'payment_failed', 'expired', 'cancelled')
        WHEN 'confirmed' THEN NEW.status IN (
          'cancelled', 'partially_refunded', 'refunded')
        WHEN 'rejected' THEN false
        WHEN 'payment_failed' THEN NEW.status IN (
          'reserved', 'confirmed', 'rejected', 'expired', 'cancelled')
        WHEN 'expired' THEN false
        WHEN 'cancelled' THEN false
        WHEN 'partially_refunded' THEN NEW.status IN (
          'confirmed', 'cancelled', 'refunded')
        WHEN 'refunded' THEN NEW.status IN (
          'confirmed', 'partially_refunded')
        ELSE false
    END) THEN
        RAISE EXCEPTION 'a row of orders does not go from % to %', OLD.status, NEW.status
            USING ERRCODE = 'check_violation', TABLE = 'orders',
                  CONSTRAINT = 'orders_status_transition';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER orders_status_transition BEFORE UPDATE OF status ON orders
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION guard_orders_status();

CREATE OR REPLACE FUNCTION guard_payments_status() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT (CASE OLD.status
        WHEN 'not_required' THEN false
        WHEN 'created' THEN NEW.status IN (
          'not_required', 'confirming', 'requires_action', 'processing', 'failed', 'canceled', 'authorized', 'captured')
        WHEN 'confirming' THEN NEW.status IN (
          'requires_action', 'processing', 'failed', 'canceled', 'authorized', 'captured')
        WHEN 'requires_action' THEN NEW.status IN (
          'processing', 'failed', 'canceled', 'authorized', 'captured')
        WHEN 'processing' THEN NEW.status IN (
          'requires_action', 'failed', 'canceled', 'authorized', 'captured')
        WHEN 'failed' THEN NEW.status IN (
          'confirming', 'canceled', 'authorized', 'captured')
        WHEN 'canceled' THEN false
        WHEN 'authorized' THEN NEW.status IN (
          'canceled', 'captured')
        WHEN 'captured' THEN NEW.status IN (
          'partially_refunded', 'refunded')
        WHEN 'partially_refunded' THEN NEW.status IN (
          'captured', 'refunded')
        WHEN 'refunded' THEN NEW.status IN (
          'captured', 'partially_refunded')
        ELSE false
    END) THEN
        RAISE EXCEPTION 'a row of payments does not go from % to %', OLD.status, NEW.status
            USING ERRCODE = 'check_violation', TABLE = 'payments',
                  CONSTRAINT = 'payments_status_transition';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER payments_status_transition BEFORE UPDATE OF status ON payments
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION guard_payments_status();

CREATE OR REPLACE FUNCTION guard_refunds_status() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT (CASE OLD.status
        WHEN 'requested' THEN NEW.status IN (
          'pending', 'succeeded', 'failed', 'canceled')
        WHEN 'pending' THEN NEW.status IN (
          'succeeded', 'failed', 'canceled')
        WHEN 'succeeded' THEN NEW.status IN (
          'failed')
        WHEN 'failed' THEN false
        WHEN 'canceled' THEN false
        ELSE false
    END) THEN
        RAISE EXCEPTION 'a row of refunds does not go from % to %', OLD.status, NEW.status
            USING ERRCODE = 'check_violation', TABLE = 'refunds',
                  CONSTRAINT = 'refunds_status_transition';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER refunds_status_transition BEFORE UPDATE OF status ON refunds
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION guard_refunds_status();

CREATE OR REPLACE FUNCTION guard_email_deliveries_status() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT (CASE OLD.status
        WHEN 'pending' THEN NEW.status IN (
          'sending', 'failed', 'obsolete')
        WHEN 'sending' THEN NEW.status IN (
          'pending', 'sent', 'unknown', 'failed')
        WHEN 'sent' THEN false
        WHEN 'unknown' THEN NEW.status IN (
          'pending', 'sent', 'failed')
        WHEN 'failed' THEN NEW.status IN (
          'pending')
        WHEN 'obsolete' THEN false
        ELSE false
    END) THEN
        RAISE EXCEPTION 'a row of email_deliveries does not go from % to %', OLD.status, NEW.status
            USING ERRCODE = 'check_violation', TABLE = 'email_deliveries',
                  CONSTRAINT = 'email_deliveries_status_transition';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER email_deliveries_status_transition BEFORE UPDATE OF status ON email_deliveries
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION guard_email_deliveries_status();
