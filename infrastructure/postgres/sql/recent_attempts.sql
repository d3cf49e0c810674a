-- recent_attempts.sql — attempts of the steps of the workflows that ran last: of each the newest runs, as many step
-- rows as `rows` says. Only what is asked for leaves the database: outputs stand in the same documents.
-- A NUL anywhere in a document would fail -> (see last_ended.sql).
-- Parameters: workflows, each, rows (int). Index: execution_view_workflow, step_view_pkey.
SELECT x.workflow_id, x.version, x.run, x.path, x.attempts::text FROM (
    SELECT w.workflow_id, last.created FROM workflow_view w
    CROSS JOIN LATERAL (
        SELECT created FROM execution_view e WHERE e.workflow_id = w.workflow_id ORDER BY created DESC LIMIT 1
    ) last
    ORDER BY last.created DESC LIMIT %(workflows)s
) w
CROSS JOIN LATERAL (
    SELECT w.workflow_id, (e.doc ->> 'workflow_version')::int AS version, coalesce((e.doc ->> 'run')::int, 1) AS run,
        s.path, replace(convert_from(s.doc, 'UTF8'), '\u0000', '\ufffd')::json -> 'attempts' AS attempts
    FROM (
        SELECT execution_id, replace(convert_from(doc, 'UTF8'), '\u0000', '\ufffd')::json AS doc FROM execution_view
        WHERE workflow_id = w.workflow_id AND status <> 'queued' ORDER BY created DESC LIMIT %(each)s
    ) e
    JOIN step_view s USING (execution_id)
    LIMIT %(rows)s
) x
WHERE x.attempts IS NOT NULL
