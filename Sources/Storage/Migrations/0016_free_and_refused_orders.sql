-- Orders that cost nothing, orders whose payment the provider refuses for good, and orders whose checkout job has died.
ALTER TABLE orders
    -- Why it was rejected.
    ADD COLUMN rejection_reason text,
    -- The job that takes it to its outcome; null for orders of earlier versions.
    ADD COLUMN checkout_job_id  uuid;

UPDATE orders SET rejection_reason = 'out_of_stock' WHERE status = 'rejected';

DO $$
DECLARE
    rule name;
BEGIN
    FOR rule IN
        SELECT conname FROM pg_constraint
         WHERE conrelid = 'payments'::regclass AND contype = 'c'
           AND (pg_get_constraintdef(oid) LIKE '%status%partially_refunded%' OR pg_get_constraintdef(oid) LIKE '%provider_intent_id IS NOT NULL%')
    LOOP
        EXECUTE format('ALTER TABLE payments DROP CONSTRAINT %I', rule);
    END LOOP;
END
$$;

-- Both allow more than those they take the place of, so the rows there are need not be read again under the lock.
ALTER TABLE payments
    ADD CONSTRAINT payments_status CHECK (status IN
        ('not_required', 'created', 'confirming', 'requires_action', 'processing', 'failed', 'canceled', 'authorized', 'captured',
         'partially_refunded', 'refunded')) NOT VALID,
    ADD CONSTRAINT payments_intent_stored
        CHECK (status IN ('not_required', 'created', 'failed', 'canceled') OR provider_intent_id IS NOT NULL) NOT VALID,
    -- Of what costs nothing no money moves.
    ADD CONSTRAINT payments_free
        CHECK (status <> 'not_required' OR (amount = 0 AND captured_amount = 0 AND provider_intent_id IS NULL)) NOT VALID;

UPDATE payments SET status = 'not_required' WHERE amount = 0 AND status = 'created' AND provider_intent_id IS NULL;
