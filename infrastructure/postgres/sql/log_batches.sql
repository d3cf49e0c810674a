-- log_batches.sql — where the lines after a number stand. Parameters: execution, after (line), step, worst,
-- limit. Of a map those of its items too.
-- Index: log_view_pkey.
SELECT first_line, last_line, position FROM log_view
WHERE execution_id = %(execution)s AND last_line > %(after)s
  AND (%(step)s::text IS NULL OR path = %(step)s OR starts_with(path, %(step)s || '[')
    OR starts_with(path, %(step)s || '.')) AND worst >= %(worst)s
ORDER BY first_line LIMIT %(limit)s
