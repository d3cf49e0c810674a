-- item_times.sql — step rows of the items of maps of some executions, at most `each` of one.
-- Parameters: ids (uuid[]), each (int). Index: step_view_pkey.
SELECT e.id, x.doc FROM unnest(%(ids)s::uuid[]) AS e(id)
CROSS JOIN LATERAL (
    SELECT doc FROM step_view WHERE execution_id = e.id AND strpos(path, '[') > 0 LIMIT %(each)s
) x
