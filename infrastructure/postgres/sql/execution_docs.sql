-- execution_docs.sql — rows of some executions. Parameters: ids (uuid[]). Index: execution_view_pkey.
SELECT doc FROM execution_view WHERE execution_id = ANY (%s)
