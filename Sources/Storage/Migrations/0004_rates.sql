-- Exchange rates, in sets that are taken over as a whole.
CREATE TABLE rate_sets (
    id         uuid PRIMARY KEY,
    source     text NOT NULL,
    base       char(3) NOT NULL,
    date       date NOT NULL,
    etag       text,
    status     text NOT NULL CHECK (status IN ('current', 'superseded', 'held')),
    fetched_at timestamptz NOT NULL DEFAULT now(),
    -- When the source last said that there is nothing newer.
    checked_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX rate_sets_one_current ON rate_sets (status) WHERE status = 'current';

CREATE TABLE rates (
    set_id   uuid NOT NULL REFERENCES rate_sets ON DELETE CASCADE,
    currency char(3) NOT NULL,
    rate     numeric(30, 12) NOT NULL CHECK (rate > 0),
    PRIMARY KEY (set_id, currency)
);
