-- list_executions.sql — executions, newest first, older than a cursor.
-- Parameters: before (position), workflow (uuid or null), statuses (text[] or null), label (jsonb or null),
-- since (timestamptz or null), limit. Index: execution_view_created, _workflow, _open.
SELECT doc FROM execution_view
WHERE created < %(before)s
  AND (%(workflow)s::uuid IS NULL OR workflow_id = %(workflow)s)
  AND (%(statuses)s::text[] IS NULL OR status = ANY (%(statuses)s))
  AND (%(label)s::jsonb IS NULL OR labels @> %(label)s::jsonb)
  AND (%(since)s::timestamptz IS NULL OR created_at >= %(since)s)
ORDER BY created DESC LIMIT %(limit)s
