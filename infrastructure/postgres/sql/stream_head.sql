-- stream_head.sql — the version of a stream's last event, 0 without any.
-- Parameters: stream (uuid). Index: events_pkey, backwards.
SELECT coalesce(max(originator_version), 0) FROM events WHERE originator_id = %s
