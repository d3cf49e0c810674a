-- step_docs.sql — all step rows of some executions. Parameters: ids (uuid[]). Index: step_view_pkey.
SELECT execution_id, doc FROM step_view WHERE execution_id = ANY (%s) ORDER BY execution_id, path
