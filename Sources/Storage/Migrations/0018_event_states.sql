-- Events of the payment provider wait, are handled, or are ignored because an operator said so; and they say which version of its API they are of.
ALTER TABLE webhook_events
    ADD COLUMN api_version text,
    ADD COLUMN ignored_at  timestamptz,
    ADD COLUMN ignored_by  text,
    ADD COLUMN note        text,
    ADD CONSTRAINT webhook_events_ignored CHECK ((ignored_at IS NULL) = (ignored_by IS NULL) AND (ignored_at IS NULL) = (note IS NULL));
DROP INDEX webhook_events_open;
CREATE INDEX webhook_events_waiting ON webhook_events (received_at) WHERE handled_at IS NULL AND ignored_at IS NULL;
CREATE INDEX webhook_events_ignored_at ON webhook_events (ignored_at) WHERE ignored_at IS NOT NULL;
CREATE INDEX webhook_events_by_time ON webhook_events (received_at DESC, event_id DESC);
