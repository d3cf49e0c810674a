-- log_batches_before.sql — where the lines before a number stand, the last batches first.
-- Parameters and index as log_batches.sql, with before (line).
SELECT first_line, last_line, position FROM log_view
WHERE execution_id = %(execution)s AND first_line < %(before)s
  AND (%(step)s::text IS NULL OR path = %(step)s OR starts_with(path, %(step)s || '[')
    OR starts_with(path, %(step)s || '.')) AND worst >= %(worst)s
ORDER BY first_line DESC LIMIT %(limit)s
