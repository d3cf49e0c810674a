-- beat.sql — a server is alive for some time more, by the database's clock; answers how many others are.
-- Parameters: server (uuid), ttl (seconds).
WITH heard AS (
    INSERT INTO leases AS l (name, owner, epoch, expires_at)
    VALUES ('server:' || %(server)s::uuid, %(server)s, 1, clock_timestamp() + make_interval(secs => %(ttl)s))
    ON CONFLICT (name) DO UPDATE SET expires_at = excluded.expires_at
)
SELECT count(*) FROM leases
WHERE name LIKE 'server:%%' AND owner <> %(server)s AND expires_at > clock_timestamp()
