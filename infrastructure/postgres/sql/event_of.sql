-- event_of.sql — one event of a stream. Parameters: stream (uuid), version. Index: events_pkey.
SELECT topic, state, number FROM events WHERE originator_id = %s AND originator_version = %s
