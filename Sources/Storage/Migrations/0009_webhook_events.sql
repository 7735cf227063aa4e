-- What providers tell of their own accord, each event once: committed, with the job that handles it, before the provider is answered.
CREATE TABLE webhook_events (
    provider    text NOT NULL,
    event_id    text NOT NULL CHECK (length(event_id) BETWEEN 1 AND 255),
    type        text NOT NULL,
    livemode    boolean NOT NULL,
    -- The provider's id of what it is about.
    object_id   text,
    -- As it was signed. Dropped once it is handled: it holds what the customer entered and lets the customer's browser act, and the provider keeps it.
    payload     json,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    handled_at  timestamptz,
    -- What it changed.
    outcome     text,
    PRIMARY KEY (provider, event_id),
    CHECK ((handled_at IS NULL) = (outcome IS NULL)),
    CHECK (handled_at IS NOT NULL OR payload IS NOT NULL)
);
CREATE INDEX webhook_events_open ON webhook_events (received_at) WHERE handled_at IS NULL;
CREATE INDEX webhook_events_handled ON webhook_events (handled_at) WHERE handled_at IS NOT NULL;
-- What could not be joined to an order or a refund.
CREATE INDEX webhook_events_matters ON webhook_events (handled_at) WHERE outcome IN ('unknown_order', 'unknown_refund', 'mismatch');

-- Charges that customers' banks ask back. Joined to an order by the intent, so that one whose order comes back later finds it.
CREATE TABLE disputes (
    provider_dispute_id text PRIMARY KEY,
    provider_intent_id  text,
    amount              bigint NOT NULL CHECK (amount >= 0),
    currency            char(3) NOT NULL,
    reason              text NOT NULL,
    status              text NOT NULL CHECK (status IN
        ('warning_needs_response', 'warning_under_review', 'warning_closed', 'needs_response', 'under_review', 'won', 'lost', 'prevented')),
    opened_at           timestamptz NOT NULL,
    -- Until when the shop can answer.
    answer_before       timestamptz,
    closed_at           timestamptz,
    created_at          timestamptz NOT NULL DEFAULT now(),
    updated_at          timestamptz NOT NULL DEFAULT now(),
    CHECK ((status IN ('warning_closed', 'won', 'lost', 'prevented')) = (closed_at IS NOT NULL))
);
CREATE INDEX disputes_of_intent ON disputes (provider_intent_id);
CREATE INDEX disputes_by_time ON disputes (opened_at DESC, provider_dispute_id DESC);
CREATE INDEX disputes_open ON disputes (opened_at) WHERE closed_at IS NULL;
