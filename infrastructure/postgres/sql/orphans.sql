-- orphans.sql — executions whose owner is not alive, oldest first; whether it resigned (then its row is gone).
SELECT l.name, l.owner, l.epoch, s.name IS NULL
FROM leases l LEFT JOIN leases s ON s.name = 'server:' || l.owner
WHERE l.name LIKE 'execution:%%' AND l.owner IS NOT NULL
    AND (s.name IS NULL OR s.expires_at <= clock_timestamp())
ORDER BY l.opened LIMIT 200
