-- hint.sql — tells other servers that something was appended; the payload says by whom. Parameter: a name.
SELECT pg_notify('runwright_events', %b)
