-- Unique jobs, error fingerprints, progress, cancellation, and settings of queues.
--
-- The new columns are empty and without a default, so nothing is rewritten; the lock on `jobs` is short, and is not waited for long,
-- because everybody else queues up behind the wait.
SET LOCAL lock_timeout = '2s';

ALTER TABLE jobs
    -- While the job holds this key, no second job of its queue with the same key is inserted.
    ADD COLUMN unique_key          text,
    -- When it gives the key back: 'started' or 'finished'.
    ADD COLUMN unique_until        text,
    -- Of a dead or parked job: what its last error has in common with others of its kind.
    ADD COLUMN fingerprint         text,
    -- How far the running attempt says it is, from 0 to 1.
    ADD COLUMN progress            double precision,
    ADD COLUMN progress_message    text,
    ADD COLUMN progress_at         timestamptz,
    -- Since when an operator wants the running attempt ended.
    ADD COLUMN cancel_requested_at timestamptz;

-- Keys that are taken. A table of its own, because a unique index of the partitioned `jobs` would have to contain its id.
CREATE TABLE job_unique_keys (
    queue  text NOT NULL,
    key    text NOT NULL,
    job_id uuid NOT NULL,
    PRIMARY KEY (queue, key)
);

-- The key lives and dies with the record: whatever statement moves a row, this gives its key back or takes it again.
CREATE FUNCTION keep_job_unique_key() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state IN ('done', 'dead', 'discarded') OR NEW.state = 'running' AND NEW.unique_until = 'started' THEN
        DELETE FROM job_unique_keys WHERE queue = NEW.queue AND key = NEW.unique_key AND job_id = NEW.id;
    ELSIF NEW.state = 'ready' AND OLD.state IN ('dead', 'discarded') THEN
        INSERT INTO job_unique_keys (queue, key, job_id) VALUES (NEW.queue, NEW.unique_key, NEW.id) ON CONFLICT DO NOTHING;
        IF NOT EXISTS (SELECT FROM job_unique_keys WHERE queue = NEW.queue AND key = NEW.unique_key AND job_id = NEW.id) THEN
            RAISE unique_violation USING MESSAGE = format('another job holds the unique key of job %s', NEW.id);
        END IF;
    END IF;
    RETURN NULL;
END
$$;

-- An AFTER trigger: a BEFORE one would lock every updated row a second time, with a key or without.
CREATE TRIGGER jobs_unique_key AFTER UPDATE ON jobs
    FOR EACH ROW WHEN (NEW.unique_key IS NOT NULL AND OLD.state <> NEW.state)
    EXECUTE FUNCTION keep_job_unique_key();

-- Whether a job may start that gives its key back when it starts, and locks the key if so. Not while an open transaction wanted to enqueue
-- the same key and was refused: the job that starts has to see what that transaction changes.
CREATE FUNCTION lock_job_unique_key(its_queue text, its_key text) RETURNS boolean
LANGUAGE plpgsql SET lock_timeout = '50ms' AS $$
BEGIN
    PERFORM FROM job_unique_keys WHERE queue = its_queue AND key = its_key FOR UPDATE;
    RETURN true;
EXCEPTION WHEN lock_not_available THEN
    RETURN false;
END
$$;

-- What operators have set for a queue, and which queues there are. Redis holds a copy that workers read with every claim.
CREATE TABLE job_queues (
    queue           text PRIMARY KEY,
    paused          boolean NOT NULL DEFAULT false,
    -- Jobs that each worker process runs at once; null means as the process was started.
    concurrency     integer CHECK (concurrency BETWEEN 1 AND 10000),
    -- Starts per second of all processes together; null means no limit.
    rate_per_second double precision CHECK (rate_per_second > 0),
    -- Starts that may follow each other at once after a pause.
    burst           integer CHECK (burst >= 1),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CHECK ((rate_per_second IS NULL) = (burst IS NULL))
);

-- Dead letters by what operators filter them by, newest last. Partial, so that a job that ends well is in none of them.
DROP INDEX jobs_dead;
CREATE INDEX jobs_dead_by_state ON ONLY jobs (state, id) WHERE state IN ('dead', 'parked');
CREATE INDEX jobs_dead_by_queue ON ONLY jobs (queue, state, id) WHERE state IN ('dead', 'parked');
CREATE INDEX jobs_dead_by_name ON ONLY jobs (name, state, id) WHERE state IN ('dead', 'parked');
-- Counting a million dead letters by fingerprint reads nothing but this.
CREATE INDEX jobs_dead_by_fingerprint ON ONLY jobs (fingerprint, state, id) INCLUDE (queue, finished_at) WHERE state IN ('dead', 'parked');
CREATE INDEX jobs_cancelled ON ONLY jobs (process) WHERE state = 'running' AND cancel_requested_at IS NOT NULL;

-- Indexes that a partition lacks: `creation` makes one (with %s for CONCURRENTLY or nothing), `attachment` files it under the table's own.
CREATE VIEW job_indexes_missing AS
SELECT part.oid AS partition, child.name,
       format('CREATE INDEX %%s %I ON %I USING %s', child.name, part.relname,
              regexp_replace(pg_get_indexdef(parent.oid), '^.*? USING ', '')) AS creation,
       format('ALTER INDEX %I ATTACH PARTITION %I', parent.relname, child.name) AS attachment
  FROM pg_index JOIN pg_class AS parent ON parent.oid = pg_index.indexrelid
       JOIN pg_inherits ON inhparent = pg_index.indrelid JOIN pg_class AS part ON part.oid = inhrelid
       CROSS JOIN LATERAL (SELECT part.relname || substr(parent.relname, 5) AS name) AS child
 WHERE pg_index.indrelid = 'jobs'::regclass
   AND NOT EXISTS (SELECT FROM pg_inherits AS attached JOIN pg_index AS own ON own.indexrelid = attached.inhrelid
                    WHERE attached.inhparent = parent.oid AND own.indrelid = part.oid);

-- Small partitions get theirs here; `cartwright migrate` builds those of large ones afterwards, while jobs go on.
DO $$
DECLARE
    missing record;
BEGIN
    FOR missing IN SELECT * FROM job_indexes_missing WHERE pg_relation_size(partition) <= 16 * 1024 * 1024 LOOP
        EXECUTE format(missing.creation, '');
        EXECUTE missing.attachment;
    END LOOP;
END
$$;
