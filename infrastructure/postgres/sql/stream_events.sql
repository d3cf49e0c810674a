-- stream_events.sql — one stream after a version, in order.
-- Parameters: stream (uuid), after version (bigint). Index: events_pkey.
SELECT topic, originator_version, state, number FROM events
WHERE originator_id = %s AND originator_version > %s ORDER BY originator_version
