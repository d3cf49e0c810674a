-- append_members.sql — stores a batch of members in one transaction and one round trip.
-- Parameters: the arrays of the function append_members, in its order. Index: events_pkey for the heads.
SELECT outcome, member, subject, actual, execution_id, "position", numbers FROM append_members(
    %b::uuid[], %b::bigint[], %b::text[], %b::bytea[], %b::uuid[],
    %b::int[], %b::uuid[], %b::bigint[],
    %b::int[], %b::text[], %b::bigint[],
    %b::int[], %b::text[], %b::text[], %b::bytea[], %b::uuid[], %b::int[],
    %b::text[], %b::uuid[], %b::bigint[],
    %b::int[], %b::text[], %b::uuid[], %b::bigint[], %b::bigint[],
    %b::text[])
