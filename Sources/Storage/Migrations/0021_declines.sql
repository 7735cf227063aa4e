-- Who tries cards. A decline says from where its payment was asked for, and of which card it is as far as the provider tells.
ALTER TABLE payments
    -- Whose requests are counted together: an address, of version 6 a network. Of the present attempt.
    ADD COLUMN client text;

CREATE TABLE payment_declines (
    -- No reference: what is counted outlives what is erased.
    order_id    uuid NOT NULL,
    attempt     integer NOT NULL,
    user_id     uuid,
    client      text,
    method      text NOT NULL,
    fingerprint text,
    at          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (order_id, attempt)
);
CREATE INDEX payment_declines_of_user ON payment_declines (user_id, at) WHERE user_id IS NOT NULL;
CREATE INDEX payment_declines_of_client ON payment_declines (client, at) WHERE client IS NOT NULL;
CREATE INDEX payment_declines_of_card ON payment_declines (fingerprint, at) WHERE fingerprint IS NOT NULL;
CREATE INDEX payment_declines_of_method ON payment_declines (method, at) WHERE fingerprint IS NOT NULL;
CREATE INDEX payment_declines_age ON payment_declines (at);
