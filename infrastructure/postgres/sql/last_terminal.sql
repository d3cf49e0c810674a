-- last_terminal.sql — the latest event of some topics in a stream, unless a new run began after it.
-- Parameters: stream (uuid), topics (text[]). Index: events_pkey, backwards.
SELECT notification_id, originator_id, originator_version, topic, state, number FROM (
    SELECT * FROM events WHERE originator_id = %s AND topic <> 'execution.outcome_ignored.v1'
    ORDER BY originator_version DESC LIMIT 1
) last WHERE topic = ANY (%s)
