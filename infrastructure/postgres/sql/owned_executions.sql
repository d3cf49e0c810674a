-- owned_executions.sql — executions that some server has, and with whom they count. Index: leases_running.
SELECT name, owner, epoch, workflow_id, key FROM leases WHERE owner IS NOT NULL AND name LIKE 'execution:%%'
