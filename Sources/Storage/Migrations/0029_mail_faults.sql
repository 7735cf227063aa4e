-- What a mail was not sent for, and the way to those that wait for somebody because of it: refused for good, or because of the shop.
ALTER TABLE email_deliveries
    ADD COLUMN fault text,
    ADD CONSTRAINT email_deliveries_fault CHECK (fault IN ('passing', 'shop', 'policy', 'mail')) NOT VALID;
CREATE INDEX email_deliveries_failed ON email_deliveries (id) WHERE status = 'failed';
CREATE INDEX email_deliveries_refused ON email_deliveries (id) WHERE status = 'pending' AND fault IN ('shop', 'policy');
