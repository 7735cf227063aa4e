-- Mail about orders: each kind once.
CREATE TABLE email_deliveries (
    id         uuid PRIMARY KEY,
    order_id   uuid NOT NULL REFERENCES orders,
    kind       text NOT NULL CHECK (kind IN ('order_confirmation')),
    -- Null after erasure.
    recipient  text,
    status     text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'sending', 'sent', 'unknown', 'failed')),
    attempt    integer NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    -- The provider's name for the message.
    reference  text,
    reason     text,
    -- Whoever settles an unknown outcome keeps others away until then.
    claimed_until timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    sent_at    timestamptz,
    CONSTRAINT email_deliveries_once UNIQUE (order_id, kind),
    CHECK ((status = 'sent') = (sent_at IS NOT NULL))
);
CREATE INDEX email_deliveries_unknown ON email_deliveries (updated_at) WHERE status = 'unknown';
