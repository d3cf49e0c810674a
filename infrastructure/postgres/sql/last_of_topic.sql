-- last_of_topic.sql — the latest event of a topic in a stream.
-- Parameters: stream (uuid), topic (text). Index: events_pkey, backwards.
SELECT topic, originator_version, state, number FROM events
WHERE originator_id = %s AND topic = %s ORDER BY originator_version DESC LIMIT 1
