-- resign.sql — nothing of a server lives any more. Parameters: server (uuid).
DELETE FROM leases WHERE name = 'server:' || %(server)s::uuid
