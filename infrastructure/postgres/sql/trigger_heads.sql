-- trigger_heads.sql — the last event of each trigger. No parameters. Index: events_triggers, then events_pkey backwards.
SELECT e.topic, e.originator_id, e.originator_version, e.state, e.number
FROM (SELECT originator_id FROM events WHERE topic = 'trigger.created.v1') AS opened
CROSS JOIN LATERAL (
    SELECT * FROM events WHERE originator_id = opened.originator_id ORDER BY originator_version DESC LIMIT 1
) AS e
