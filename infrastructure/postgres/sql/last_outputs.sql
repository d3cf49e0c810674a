-- last_outputs.sql — of some steps of a workflow the row of the newest execution in which each has completed, an output
-- that it was only given left out; among the last `within` executions that have begun.
-- A NUL anywhere in a document would fail ->> (see last_ended.sql).
-- Parameters: workflow (uuid), paths (text[]), within (int). Index: execution_view_workflow, step_view_pkey.
SELECT p.path, x.doc, x.step FROM unnest(%(paths)s::text[]) AS p(path)
CROSS JOIN LATERAL (
    SELECT e.doc, s.doc AS step FROM (
        SELECT execution_id, created, doc FROM execution_view
        WHERE workflow_id = %(workflow)s AND status <> 'queued' ORDER BY created DESC LIMIT %(within)s
    ) e
    JOIN step_view s ON s.execution_id = e.execution_id AND s.path = p.path
    CROSS JOIN LATERAL (SELECT replace(convert_from(s.doc, 'UTF8'), '\u0000', '\ufffd')::json AS step) AS j
    WHERE j.step ->> 'status' = 'completed' AND coalesce(j.step ->> 'reason', '') NOT IN ('given_sample', 'given_execution')
    ORDER BY e.created DESC LIMIT 1
) x
