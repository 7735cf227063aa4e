-- Mail of several kinds, in the customer's language, and what its provider tells of it afterwards.
ALTER TABLE orders ADD COLUMN language text NOT NULL DEFAULT 'en';
ALTER TABLE orders ADD CONSTRAINT orders_language CHECK (language IN ('en', 'de', 'fr')) NOT VALID;

-- Checks that only grow hold for every row there is, so they need not be read again under the lock.
ALTER TABLE email_deliveries
    -- Which of several mails of one kind: the refund that a refund mail is about.
    ADD COLUMN about         text NOT NULL DEFAULT '',
    -- When it was sent once more although nobody knew what had become of it. That happens once.
    ADD COLUMN resent_at     timestamptz,
    -- When and why its provider said that it did not arrive or was not wanted.
    ADD COLUMN bounced_at    timestamptz,
    ADD COLUMN bounce_reason text,
    DROP CONSTRAINT email_deliveries_kind_check,
    ADD CONSTRAINT email_deliveries_kind
        CHECK (kind IN ('order_confirmation', 'payment_failed', 'refund', 'cancellation') AND (kind = 'refund') = (about <> '')) NOT VALID,
    DROP CONSTRAINT email_deliveries_status_check,
    ADD CONSTRAINT email_deliveries_status
        CHECK (status IN ('pending', 'sending', 'sent', 'unknown', 'failed', 'obsolete')) NOT VALID,
    DROP CONSTRAINT email_deliveries_once,
    ADD CONSTRAINT email_deliveries_once UNIQUE (order_id, kind, about);

-- What the provider told, once each: it tells the same again until it is heard, under another event id each time.
CREATE TABLE mail_events (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- No reference: a database restored to an earlier state may lack the delivery.
    delivery_id uuid NOT NULL,
    message_id  text NOT NULL,
    event       text NOT NULL,
    reason      text,
    at          timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    handled_at  timestamptz,
    CONSTRAINT mail_events_once UNIQUE (message_id, event, at)
);
CREATE INDEX mail_events_of_delivery ON mail_events (delivery_id, id);
CREATE INDEX mail_events_age ON mail_events (received_at);
