-- step_times.sql — step rows of some executions, without the items of maps. Parameters: ids (uuid[]).
-- Index: step_view_pkey.
SELECT execution_id, doc FROM step_view WHERE execution_id = ANY (%s) AND strpos(path, '[') = 0
