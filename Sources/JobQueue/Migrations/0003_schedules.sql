-- How far the slots of each schedule are settled. The ledger deletes slots that are a month old; this is what it remembers for longer.
CREATE TABLE job_schedules (
    schedule      text NOT NULL,
    -- When it fires. Under other times a schedule is a new one, to which nothing is owed from before it was first seen.
    times         text NOT NULL,
    first_seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Every slot up to here has fired or was passed over.
    settled_until timestamptz NOT NULL,
    PRIMARY KEY (schedule, times)
);
