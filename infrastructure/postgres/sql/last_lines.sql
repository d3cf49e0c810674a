-- last_lines.sql — the number of each step's last line, as far as the views are. Parameters: execution (uuid).
-- Index: log_view_pkey.
SELECT path, max(last_line) FROM log_view WHERE execution_id = %s GROUP BY path
