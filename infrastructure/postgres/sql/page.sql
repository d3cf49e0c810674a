-- page.sql — the whole log by position.
-- Parameters: after (bigint), limit (int). Index: events_position.
SELECT notification_id, originator_id, originator_version, topic, state, number FROM events
WHERE notification_id > %s ORDER BY notification_id LIMIT %s
