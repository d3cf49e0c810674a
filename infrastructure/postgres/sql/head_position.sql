-- head_position.sql — the position of the last event of the log, 0 without any. Index: events_position.
SELECT coalesce(max(notification_id), 0) FROM events
