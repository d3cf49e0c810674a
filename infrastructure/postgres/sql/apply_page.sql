-- apply_page.sql — writes one page of all views and moves their position, or nothing.
-- Parameters: the arguments of the function apply_page, in its order.
SELECT apply_page(%b::bigint, %b::bigint,
    %b::uuid[], %b::bigint[], %b::uuid[], %b::text[], %b::timestamptz[], %b::text[]::jsonb[], %b::bytea[],
    %b::uuid[], %b::text[], %b::bytea[],
    %b::uuid[], %b::bigint[], %b::bigint[], %b::bigint[], %b::text[], %b::smallint[],
    %b::uuid[], %b::bigint[], %b::text[], %b::text[], %b::bytea[])
