-- history.sql — some streams merged by position, between two positions (both exclusive).
-- Parameters: streams (uuid[]), after (bigint), before (bigint), limit (int). Index: events_pkey.
SELECT notification_id, originator_id, originator_version, topic, state, number FROM events
WHERE originator_id = ANY (%s) AND notification_id > %s AND notification_id < %s
ORDER BY notification_id LIMIT %s
