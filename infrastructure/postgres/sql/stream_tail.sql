-- stream_tail.sql — the last events of a stream, newest first. Parameters: stream, before (version, exclusive), limit.
-- Index: events_pkey, backwards.
SELECT notification_id, originator_id, originator_version, topic, state, number FROM events
WHERE originator_id = %s AND originator_version < %s ORDER BY originator_version DESC LIMIT %s
