-- history.sql — some streams merged by position, between two positions (both exclusive).
-- Parameters: streams (uuid[]), after (bigint), before (bigint), limit (int). Index: events_pkey, once for each stream.
-- Within a stream positions follow versions, so each part comes in the order of that index. "+ 0" keeps the planner from
-- the index of positions: it would walk the whole log for the events of one stream.
WITH asked AS (SELECT %s::uuid[] AS streams, %s::bigint AS after, %s::bigint AS before, %s::int AS most)
SELECT part.* FROM asked CROSS JOIN unnest(asked.streams) AS stream (id) CROSS JOIN LATERAL (
    SELECT notification_id, originator_id, originator_version, topic, state, number FROM events
    WHERE originator_id = stream.id AND notification_id + 0 > asked.after AND notification_id + 0 < asked.before
    ORDER BY originator_version LIMIT (SELECT most FROM asked)
) part
ORDER BY part.notification_id LIMIT (SELECT most FROM asked)
