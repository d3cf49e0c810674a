-- stored_versions.sql — what stands at some (stream, version) pairs: did an append whose answer was lost commit?
-- Parameters: streams (uuid[]), versions (bigint[]). Index: events_pkey.
SELECT a.place, e.notification_id, e.state, e.number
FROM unnest(%s::uuid[], %s::bigint[]) WITH ORDINALITY AS a(stream, version, place)
JOIN events e ON e.originator_id = a.stream AND e.originator_version = a.version ORDER BY a.place
