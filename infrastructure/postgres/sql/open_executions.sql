-- open_executions.sql — executions that are not final, oldest first.
SELECT name, owner, epoch, workflow_id, key FROM leases WHERE name LIKE 'execution:%%' ORDER BY opened
