-- events_at.sql — events at some positions. Parameters: positions (bigint[]). Index: events_position.
SELECT notification_id, originator_id, originator_version, topic, state, number FROM events
WHERE notification_id = ANY (%s) ORDER BY notification_id
