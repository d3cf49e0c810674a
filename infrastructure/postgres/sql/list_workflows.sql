-- list_workflows.sql — workflows, newest first, older than a cursor, archived ones only when asked for.
-- Parameters: before (position), status (text or null), name part (text or null), limit. Index: workflow_view_created.
SELECT doc FROM workflow_view
WHERE created < %(before)s
  AND (CASE WHEN %(status)s::text IS NULL THEN status <> 'archived' ELSE status = %(status)s END)
  AND (%(q)s::text IS NULL OR strpos(lower(name), lower(%(q)s)) > 0)
ORDER BY created DESC LIMIT %(limit)s
