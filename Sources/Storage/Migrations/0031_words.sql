-- One word for one idea, in stored names and values too: docs/glossary.md. A program of the version before does not know
-- these names, so API and worker are stopped for this migration (docs/operations.md). Rows are kept. The audit log is
-- append-only: its older entries keep the actions under which they were written.

-- email
ALTER TABLE mail_events RENAME TO email_events;
ALTER TABLE email_events RENAME CONSTRAINT mail_events_pkey TO email_events_pkey;
ALTER TABLE email_events RENAME CONSTRAINT mail_events_once TO email_events_once;
ALTER INDEX mail_events_of_delivery RENAME TO email_events_of_delivery;
ALTER INDEX mail_events_age RENAME TO email_events_age;
ALTER SEQUENCE mail_events_id_seq RENAME TO email_events_id_seq;

ALTER TABLE email_deliveries DROP CONSTRAINT email_deliveries_fault;
UPDATE email_deliveries SET fault = 'email' WHERE fault = 'mail';
ALTER TABLE email_deliveries
    ADD CONSTRAINT email_deliveries_fault CHECK (fault IN ('passing', 'shop', 'policy', 'email')) NOT VALID;

-- canceled: the trigger of the table of transitions does not list the change of a word, so it comes back after it.
DROP TRIGGER orders_status_transition ON orders;
ALTER TABLE orders DROP CONSTRAINT orders_status_check;
UPDATE orders SET status = 'canceled' WHERE status = 'cancelled';
ALTER TABLE orders
    ADD CONSTRAINT orders_status CHECK (status IN
        ('pending', 'reserved', 'confirmed', 'rejected', 'payment_failed', 'expired', 'canceled', 'partially_refunded',
         'refunded')) NOT VALID;

UPDATE order_events
   SET kind = CASE kind WHEN 'mail_sent' THEN 'email_sent' WHEN 'mail_bounced' THEN 'email_bounced'
                        WHEN 'cancelled' THEN 'canceled' ELSE kind END,
       status = CASE status WHEN 'cancelled' THEN 'canceled' ELSE status END,
       reason = CASE reason WHEN 'order_cancelled' THEN 'order_canceled' ELSE reason END
 WHERE kind IN ('mail_sent', 'mail_bounced', 'cancelled') OR status = 'cancelled' OR reason = 'order_cancelled';

ALTER TABLE refunds DROP CONSTRAINT refunds_reason;
UPDATE refunds SET reason = 'order_canceled' WHERE reason = 'order_cancelled';
UPDATE refunds SET request_key = 'order_canceled' WHERE request_key = 'order_cancelled';
ALTER TABLE refunds
    ADD CONSTRAINT refunds_reason CHECK (reason IN
        ('requested_by_customer', 'duplicate', 'fraudulent', 'order_canceled', 'late_payment', 'order_unknown',
         'made_at_provider')) NOT VALID;

CREATE OR REPLACE FUNCTION guard_orders_status() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT (CASE OLD.status
        WHEN 'pending' THEN NEW.status IN (
          'reserved', 'rejected', 'expired', 'canceled')
        WHEN 'reserved' THEN NEW.status IN (
          'confirmed', 'rejected', 'payment_failed', 'expired', 'canceled')
        WHEN 'confirmed' THEN NEW.status IN (
          'canceled', 'partially_refunded', 'refunded')
        WHEN 'rejected' THEN false
        WHEN 'payment_failed' THEN NEW.status IN (
          'reserved', 'confirmed', 'rejected', 'expired', 'canceled')
        WHEN 'expired' THEN false
        WHEN 'canceled' THEN false
        WHEN 'partially_refunded' THEN NEW.status IN (
          'confirmed', 'canceled', 'refunded')
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

-- orphan charge
ALTER TABLE refunds RENAME COLUMN stray_intent_id TO orphan_intent_id;
ALTER TABLE refunds RENAME CONSTRAINT refunds_stray_once TO refunds_orphan_once;

-- A break closes when the books agree again; an operator resolves it.
ALTER TABLE reconciliation_runs RENAME COLUMN healed TO closed;
ALTER TABLE reconciliation_breaks RENAME COLUMN healed_at TO closed_at;
ALTER TABLE reconciliation_breaks DROP CONSTRAINT reconciliation_breaks_status_check;
UPDATE reconciliation_breaks SET status = 'closed' WHERE status = 'healed';
ALTER TABLE reconciliation_breaks
    ADD CONSTRAINT reconciliation_breaks_status CHECK (status IN ('open', 'closed', 'resolved')) NOT VALID;

ALTER TABLE orders RENAME COLUMN fulfilment_status TO fulfillment_status;
ALTER TABLE orders RENAME CONSTRAINT orders_fulfilment_status_check TO orders_fulfillment_status;
