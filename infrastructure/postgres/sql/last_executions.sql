-- last_executions.sql — the newest executions of some workflows, at most `each` of one.
-- Parameters: workflows (uuid[]), each (int). Index: execution_view_workflow.
SELECT x.doc FROM unnest(%(workflows)s::uuid[]) AS w(id)
CROSS JOIN LATERAL (
    SELECT doc, created FROM execution_view WHERE workflow_id = w.id ORDER BY created DESC LIMIT %(each)s
) x ORDER BY x.created DESC
