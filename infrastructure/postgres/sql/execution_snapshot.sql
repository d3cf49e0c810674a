-- execution_snapshot.sql — one execution's row, its step rows (those of maps' items, `score[3]`, are many and are asked
-- for apart) and the position they are true at: one statement, one moment. Parameter: id (uuid).
-- Index: execution_view_pkey, step_view_pkey.
SELECT p.position, x.doc, array(
    SELECT s.doc FROM step_view s WHERE s.execution_id = x.execution_id AND right(s.path, 1) <> ']' ORDER BY s.path)
FROM projection_position p JOIN execution_view x ON x.execution_id = %s WHERE p.name = 'views'
