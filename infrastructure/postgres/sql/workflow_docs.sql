-- workflow_docs.sql — rows of some workflows. Parameters: ids (uuid[]). Index: workflow_view_pkey.
SELECT doc FROM workflow_view WHERE workflow_id = ANY (%s)
