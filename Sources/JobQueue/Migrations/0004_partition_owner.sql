-- Days are made and dropped by whoever owns the table, also when a worker asks that may only read and write rows. Names are looked up where
-- the tables are and nowhere else, so that nobody can slip others in.
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION create_job_partitions(integer) SECURITY DEFINER SET search_path = %I, pg_temp', current_schema());
    EXECUTE format('ALTER FUNCTION drop_finished_job_partitions(integer) SECURITY DEFINER SET search_path = %I, pg_temp', current_schema());
END
$$;

REVOKE EXECUTE ON FUNCTION create_job_partitions(integer), drop_finished_job_partitions(integer) FROM PUBLIC;
