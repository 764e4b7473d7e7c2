-- Counting a sign-in before its password is checked, and the known networks of a user.

-- The IPv4 address, or the /64 network of an IPv6 address; null for anything else.
CREATE FUNCTION login_network(address text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  plain text := regexp_replace(address, '^::ffff:(?=[0-9]+[.])', '', 'i');
BEGIN
  IF plain IS NULL OR NOT pg_input_is_valid(plain, 'inet') THEN RETURN NULL; END IF;
  IF family(plain::inet) = 4 THEN RETURN host(plain::inet); END IF;
  RETURN host(network(set_masklen(plain::inet, 64)));
END $$;

CREATE INDEX sessions_known_networks ON sessions (user_id, login_network(address), last_seen_at);

-- wanted: [{key, free, waits}]. Counts on all keys, or on none if one of them requires a wait.
CREATE FUNCTION reserve_login_attempt(wanted jsonb, forget_seconds integer)
  RETURNS TABLE (throttle_wait_seconds integer, throttle_counts jsonb, throttle_at text) LANGUAGE plpgsql AS $$
DECLARE
  wanted_keys text[] := ARRAY(SELECT it->>'key' FROM jsonb_array_elements(wanted) it);
  as_of timestamptz := clock_timestamp();
  counted integer;
BEGIN
  -- Who has to wait writes nothing and locks nothing.
  -- By the clock, not by as_of: another attempt may have counted since, which is no wait.
  SELECT max(ceil(extract(epoch FROM t.blocked_until - clock_timestamp()))) INTO throttle_wait_seconds
    FROM login_throttles t WHERE t.key = ANY (wanted_keys) AND t.blocked_until > clock_timestamp();
  IF throttle_wait_seconds > 0 THEN
    RETURN NEXT;
    RETURN;
  END IF;
  -- A count lost in a crash of the database is no harm, and waiting for the disk at each sign-in would be.
  PERFORM set_config('synchronous_commit', 'off', true);
  BEGIN
    -- In one order, so that attempts on the same keys cannot deadlock.
    WITH asked AS (
      SELECT it->>'key' AS key, (it->>'free')::int AS free, it->'waits' AS waits
        FROM jsonb_array_elements(wanted) it ORDER BY 1),
    done AS (
      INSERT INTO login_throttles AS t (key, failures, blocked_until, last_failure_at)
      SELECT key, 1, as_of, as_of FROM asked
      ON CONFLICT (key) DO UPDATE SET
        failures = CASE WHEN t.last_failure_at < as_of - make_interval(secs => forget_seconds) THEN 1
                        ELSE t.failures + 1 END,
        blocked_until = CASE
          WHEN t.last_failure_at < as_of - make_interval(secs => forget_seconds) THEN as_of
          ELSE (SELECT as_of + make_interval(secs => CASE WHEN t.failures < free THEN 0
                  ELSE coalesce(waits->>(t.failures - free), waits->>-1)::float8 END)
                  FROM asked WHERE asked.key = t.key) END,
        last_failure_at = as_of
      -- By the time at which the row is ours: who was later may have counted before.
      WHERE t.blocked_until <= clock_timestamp()
      RETURNING t.key, t.failures)
    SELECT count(*), jsonb_object_agg(done.key, done.failures) INTO counted, throttle_counts FROM done;
    IF counted < cardinality(wanted_keys) THEN RAISE SQLSTATE 'GH429'; END IF;
    throttle_wait_seconds := 0;
    throttle_at := as_of::text;
  EXCEPTION WHEN SQLSTATE 'GH429' THEN
    -- Another attempt was first, and what this one counted is undone.
    throttle_counts := NULL;
    SELECT greatest(1, ceil(extract(epoch FROM max(t.blocked_until) - clock_timestamp())))
      INTO throttle_wait_seconds FROM login_throttles t WHERE t.key = ANY (wanted_keys);
  END;
  RETURN NEXT;
END $$;

-- Deletes the keys in forgotten. From the others it takes back one failure, and its wait if no later attempt has set another.
CREATE FUNCTION take_back_login_attempt(taken text[], forgotten text[], counted_at timestamptz)
  RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM login_throttles t WHERE t.key = ANY (taken) ORDER BY t.key FOR UPDATE;
  DELETE FROM login_throttles t WHERE t.key = ANY (taken) AND (t.key = ANY (forgotten) OR t.failures <= 1);
  UPDATE login_throttles t SET failures = t.failures - 1,
         blocked_until = CASE WHEN t.last_failure_at = counted_at THEN counted_at ELSE t.blocked_until END
   WHERE t.key = ANY (taken);
END $$;
