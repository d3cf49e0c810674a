-- lead.sql — take or renew the leadership of a role by the database's clock; no row when another holds it.
-- Parameters: name, server, ttl (seconds). Takes the append lock, so no leader's append is under way then.
WITH locked AS (SELECT pg_advisory_xact_lock(8245928655720965490))
INSERT INTO leases AS l (name, owner, epoch, expires_at)
SELECT %(name)s, %(server)s, 1, clock_timestamp() + make_interval(secs => %(ttl)s) FROM locked
ON CONFLICT (name) DO UPDATE SET
    owner = excluded.owner,
    epoch = CASE WHEN l.owner = excluded.owner AND l.expires_at > clock_timestamp() AND NOT %(restarted)s THEN l.epoch ELSE l.epoch + 1 END,
    expires_at = excluded.expires_at
WHERE l.owner = excluded.owner OR l.expires_at <= clock_timestamp()
RETURNING epoch
