-- Which shop this database is of. Written into every payment intent, so that an intent can be told to be of this database's making whatever
-- the database has lost since. A backup brings it back; another database, also on the same account at the provider, has another.
CREATE TABLE shop_identity (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    id      uuid NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO shop_identity DEFAULT VALUES;

-- Money that goes back of an intent that pays for no order: a second charge, or one whose order the database has lost.
ALTER TABLE refunds
    ALTER COLUMN order_id DROP NOT NULL,
    ALTER COLUMN payment_id DROP NOT NULL,
    ADD COLUMN stray_intent_id  text,
    -- What the intent names; there need not be such rows.
    ADD COLUMN named_order_id   uuid,
    ADD COLUMN named_payment_id uuid,
    -- One intent goes back once.
    ADD CONSTRAINT refunds_stray_once UNIQUE (stray_intent_id),
    ADD CONSTRAINT refunds_have_an_origin CHECK (
        CASE WHEN stray_intent_id IS NULL THEN order_id IS NOT NULL AND payment_id IS NOT NULL
             ELSE order_id IS NULL AND payment_id IS NULL AND named_order_id IS NOT NULL AND named_payment_id IS NOT NULL END);
CREATE INDEX refunds_naming_order ON refunds (named_order_id) WHERE named_order_id IS NOT NULL;

-- Comparisons of the provider's books with ours.
CREATE TABLE reconciliation_runs (
    id            uuid PRIMARY KEY,
    scope         text NOT NULL CHECK (scope IN ('recent', 'daily', 'manual')),
    -- What was compared: everything the provider made in this time.
    from_at       timestamptz NOT NULL,
    until_at      timestamptz NOT NULL,
    -- Until when everything has been compared without a gap, this run included.
    covered_until timestamptz,
    intents       integer NOT NULL DEFAULT 0,
    refunds       integer NOT NULL DEFAULT 0,
    found         integer NOT NULL DEFAULT 0,
    healed        integer NOT NULL DEFAULT 0,
    started_at    timestamptz NOT NULL DEFAULT now(),
    finished_at   timestamptz
);
CREATE INDEX reconciliation_runs_covered ON reconciliation_runs (covered_until DESC NULLS LAST);
CREATE INDEX reconciliation_runs_age ON reconciliation_runs (started_at);

-- In what they differ, or did.
CREATE TABLE reconciliation_breaks (
    id           uuid PRIMARY KEY,
    kind         text NOT NULL CHECK (kind IN
        ('behind', 'late_money', 'second_charge', 'order_unknown', 'unstored_intent', 'amount_differs', 'ahead', 'foreign', 'refund_unknown',
         'refund_behind')),
    object       text NOT NULL CHECK (object IN ('intent', 'refund')),
    provider_id  text NOT NULL,
    -- There need not be such an order.
    order_id     uuid,
    amount       bigint,
    currency     char(3),
    reason       text NOT NULL,
    status       text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'healed', 'resolved')),
    found_at     timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    -- Since when operators have been told.
    reported_at  timestamptz,
    healed_at    timestamptz,
    resolved_at  timestamptz,
    resolved_by  text,
    note         text,
    CONSTRAINT reconciliation_breaks_once UNIQUE (kind, provider_id),
    CHECK ((status = 'resolved') = (resolved_at IS NOT NULL))
);
CREATE INDEX reconciliation_breaks_open ON reconciliation_breaks (last_seen_at) WHERE status = 'open';
