-- view_position.sql — how far the views have applied the log.
SELECT position FROM projection_position WHERE name = 'views'
