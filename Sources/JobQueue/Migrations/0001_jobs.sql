-- The job ledger. Ids are UUIDs of version 7: they begin with the time of creation in milliseconds, so a day is a range of ids,
-- and finished days are dropped as partitions.
CREATE TABLE jobs (
    id          uuid PRIMARY KEY,
    queue       text NOT NULL,
    name        text NOT NULL,
    version     integer NOT NULL DEFAULT 1,
    payload     jsonb NOT NULL,
    state       text NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'running', 'done', 'dead', 'discarded', 'parked')),
    -- Attempts started, less those given back by a snooze or a shutdown.
    attempts    integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    -- Attempts that ended with the death of their process; they do not use up retries.
    crashes     integer NOT NULL DEFAULT 0 CHECK (crashes >= 0),
    -- Fencing epoch of the last start. Only grows.
    epoch       bigint NOT NULL DEFAULT 0,
    -- Worker process of the running attempt.
    process     text,
    -- From when on the job ought to lie in its Redis list. The sweeper pushes it again when the list shows that it does not.
    dispatch_at timestamptz NOT NULL DEFAULT now(),
    -- Why it is dead or parked: attempts_exhausted, permanent, quarantined, outcome_unknown, unknown_kind, newer_version, malformed.
    reason      text,
    -- One element per failed attempt: {attempt, at, code, message, process, duration_ms}.
    errors      jsonb NOT NULL DEFAULT '[]',
    traceparent text,
    created_at  timestamptz NOT NULL DEFAULT now(),
    started_at  timestamptz,
    finished_at timestamptz,
    CHECK ((state = 'running') = (process IS NOT NULL)),
    CHECK ((state IN ('dead', 'parked')) = (reason IS NOT NULL))
) PARTITION BY RANGE (id);

-- The sweeper's look-ups; finished rows are in neither.
CREATE INDEX jobs_ready ON jobs (queue, dispatch_at) WHERE state = 'ready';
CREATE INDEX jobs_running ON jobs (queue, process) WHERE state = 'running';
-- What operators page through: newest first within a state.
CREATE INDEX jobs_dead ON jobs (id) WHERE state IN ('dead', 'parked');

-- Rows whose id lies outside every day (a client with a wrong clock) must still be taken.
CREATE TABLE jobs_default PARTITION OF jobs DEFAULT;

CREATE FUNCTION job_id_floor(day timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM day) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid
$$;

-- Makes the partitions of today and the next `days` days; returns how many were made.
--
-- Attaching a partition needs a moment in which nobody else uses the table. It is not waited for, because everybody else would queue up
-- behind the wait: a day that can't be made now is made at a later call, and until then its rows lie in the default partition. A day
-- that has rows there already stays there. Whichever worker is first makes a day; the others find it made.
CREATE FUNCTION create_job_partitions(days integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    day  date;
    made integer := 0;
BEGIN
    PERFORM set_config('lock_timeout', '100ms', true);
    FOR day IN SELECT (now() AT TIME ZONE 'UTC')::date + n FROM generate_series(0, days) AS n LOOP
        CONTINUE WHEN to_regclass('jobs_' || to_char(day, 'YYYYMMDD')) IS NOT NULL;
        BEGIN
            EXECUTE format(
                'CREATE TABLE %I PARTITION OF jobs FOR VALUES FROM (%L) TO (%L)',
                'jobs_' || to_char(day, 'YYYYMMDD'),
                job_id_floor(day::timestamp AT TIME ZONE 'UTC'), job_id_floor((day + 1)::timestamp AT TIME ZONE 'UTC'));
            made := made + 1;
        EXCEPTION WHEN duplicate_table OR unique_violation OR check_violation OR lock_not_available THEN
            NULL;
        END;
    END LOOP;
    RETURN made;
END
$$;

-- Drops partitions older than `days` days in which every job is done or discarded; returns how many were dropped. A day that still
-- holds a waiting, running, dead or parked job stays: nothing is trimmed behind the operator's back. Nor is anything waited for.
CREATE FUNCTION drop_finished_job_partitions(days integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    partition record;
    unfinished boolean;
    dropped integer := 0;
BEGIN
    PERFORM set_config('lock_timeout', '100ms', true);
    FOR partition IN
        SELECT child.relname AS name
          FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
         WHERE inhparent = 'jobs'::regclass AND child.relname ~ '^jobs_\d{8}$'
           AND to_date(right(child.relname, 8), 'YYYYMMDD') < (now() AT TIME ZONE 'UTC')::date - days
    LOOP
        BEGIN
            EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE state NOT IN (''done'', ''discarded''))', partition.name) INTO unfinished;
            IF NOT unfinished THEN
                EXECUTE format('DROP TABLE %I', partition.name);
                dropped := dropped + 1;
            END IF;
        EXCEPTION WHEN lock_not_available OR undefined_table THEN
            NULL;
        END;
    END LOOP;
    RETURN dropped;
END
$$;

SELECT create_job_partitions(3);

-- One row per fire time of a schedule: whoever inserts it first fires.
CREATE TABLE job_schedule_slots (
    schedule text NOT NULL,
    fire_at  timestamptz NOT NULL,
    job_id   uuid NOT NULL,
    PRIMARY KEY (schedule, fire_at)
);
