-- steps_at.sql — step rows of one execution by their paths. Parameters: execution (uuid), paths (text[]).
-- Index: step_view_pkey.
SELECT doc FROM step_view WHERE execution_id = %s AND path = ANY (%s)
