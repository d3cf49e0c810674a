-- last_ended.sql — the newest executions of a workflow that have ended, those left out that ran only for one step: they say
-- little about the whole. Parameters: workflow (uuid), limit (int).
-- A NUL anywhere in a document would fail ->> (22P05); none should be stored, and one that is must not hide all others.
-- Index: execution_view_workflow; those that wait are passed over one by one, which a full queue bounds (10,000: 10 ms).
SELECT doc FROM execution_view
WHERE workflow_id = %(workflow)s AND status IN ('completed', 'failed', 'stopped')
    AND replace(convert_from(doc, 'UTF8'), '\u0000', '\ufffd')::json ->> 'part' IS NULL
ORDER BY created DESC LIMIT %(limit)s
