-- The append again, at half the work of append_members for the database: what an appended event needs is
-- checked by one query, what a batch does not hold is not looked at, and the answer is one value.
-- append_members stays for servers of the version before, which may run until the last of them is replaced: both
-- take the same lock.

-- Stores a batch of members in one transaction. All arrays of a group have one length; *_member is the
-- member's place in the batch, from 0. `ev_counter` is empty when no event is numbered; `gu_` are the epochs that
-- leases must have, those of `lt_` among them. Answers either {"first": position, "numbers": null or one for each
-- event}, or {"refused": [...]} with one object for each member that is refused, and then nothing is stored:
--   version      the head of the stream `subject` is `actual`, not what the member expected
--   lease        the epoch of the lease `subject` is `actual` (null: the lease is gone)
--   replayed     the idempotency key has been used with the same body: execution_id, position, number
--   key_reused   ... with another body
--   limit        `actual` executions of the workflow `subject` run (of it with the key), and that is the most
-- `lo_workflow` and `lo_key` say whom an execution counts with while somebody owns it; `li_` what may run at most.
-- The advisory lock makes appends one after the other, in all servers: positions become visible in order,
-- so a reader that follows them never overtakes an event that is not committed yet. Others are told by the server
-- that appended (feed.py), not by a NOTIFY of each transaction.
ALTER TABLE leases ADD COLUMN workflow_id uuid, ADD COLUMN key text;
CREATE INDEX leases_running ON leases (workflow_id, key) WHERE owner IS NOT NULL;

CREATE FUNCTION append_batch(
    ev_stream uuid[], ev_version bigint[], ev_topic text[], ev_state bytea[], ev_counter uuid[],
    hd_member int[], hd_stream uuid[], hd_version bigint[],
    gu_member int[], gu_name text[], gu_epoch bigint[],
    id_member int[], id_scope text[], id_key text[], id_hash bytea[], id_execution uuid[], id_event int[],
    lo_name text[], lo_owner uuid[], lo_epoch bigint[],
    lt_name text[], lt_owner uuid[], lt_epoch bigint[],
    lc_name text[],
    lo_workflow uuid[], lo_key text[],
    li_member int[], li_workflow uuid[], li_key text[], li_most int[]
) RETURNS json
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    counted uuid[] := array_remove(ev_counter, NULL);
    given bigint[];
    last bigint;
    first bigint;
    refused json;
BEGIN
    PERFORM pg_advisory_xact_lock(8245928655720965490);

    IF EXISTS (
        SELECT FROM unnest(hd_stream, hd_version) AS h(stream, version)
        WHERE h.version <> coalesce((
            SELECT e.originator_version FROM events e
            WHERE e.originator_id = h.stream ORDER BY e.originator_version DESC LIMIT 1
        ), 0)
        UNION ALL
        SELECT FROM unnest(gu_name, gu_epoch) AS g(name, epoch)
        WHERE g.epoch IS DISTINCT FROM (SELECT l.epoch FROM leases l WHERE l.name = g.name)
    ) THEN
        SELECT json_agg(json_build_object('outcome', 'version', 'member', h.member, 'subject', h.stream, 'actual', coalesce(x.v, 0)))
        INTO refused
        FROM unnest(hd_member, hd_stream, hd_version) AS h(member, stream, version)
        LEFT JOIN LATERAL (
            SELECT e.originator_version AS v FROM events e
            WHERE e.originator_id = h.stream ORDER BY e.originator_version DESC LIMIT 1
        ) x ON true
        WHERE coalesce(x.v, 0) <> h.version;
        IF refused IS NULL THEN
            SELECT json_agg(json_build_object('outcome', 'lease', 'member', g.member, 'subject', g.name, 'actual', l.epoch))
            INTO refused
            FROM unnest(gu_member, gu_name, gu_epoch) AS g(member, name, epoch)
            LEFT JOIN leases l ON l.name = g.name
            WHERE l.epoch IS DISTINCT FROM g.epoch;
        END IF;
        RETURN json_build_object('refused', refused);
    END IF;

    IF cardinality(id_member) > 0 THEN
        SELECT json_agg(json_build_object(
            'outcome', CASE WHEN k.body_hash = i.hash THEN 'replayed' ELSE 'key_reused' END, 'member', i.member,
            'subject', i.key, 'execution_id', k.execution_id, 'position', k.position, 'number', k.number))
        INTO refused
        FROM unnest(id_member, id_scope, id_key, id_hash) AS i(member, scope, key, hash)
        JOIN idempotency_keys k ON k.scope = i.scope AND k.key = i.key AND k.expires_at > clock_timestamp();
        IF refused IS NOT NULL THEN
            RETURN json_build_object('refused', refused);
        END IF;
    END IF;

    IF cardinality(li_member) > 0 THEN
        SELECT json_agg(json_build_object('outcome', 'limit', 'member', i.member, 'subject', i.workflow, 'actual', r.n))
        INTO refused
        FROM unnest(li_member, li_workflow, li_key, li_most) AS i(member, workflow, key, most)
        CROSS JOIN LATERAL (
            SELECT count(*) AS n FROM leases l
            WHERE l.owner IS NOT NULL AND l.workflow_id = i.workflow AND (i.key IS NULL OR l.key = i.key)
        ) r
        WHERE r.n >= i.most;
        IF refused IS NOT NULL THEN
            RETURN json_build_object('refused', refused);
        END IF;
    END IF;

    IF cardinality(counted) = 1 THEN
        INSERT INTO execution_numbers AS n (workflow_id, last_number) VALUES (counted[1], 1)
        ON CONFLICT (workflow_id) DO UPDATE SET last_number = n.last_number + 1
        RETURNING last_number INTO last;
        given := array_fill(NULL::bigint, ARRAY[cardinality(ev_counter)]);
        given[array_position(ev_counter, counted[1])] := last;
    ELSIF cardinality(counted) > 1 THEN
        WITH asked AS (
            SELECT c.workflow, c.place, row_number() OVER (PARTITION BY c.workflow ORDER BY c.place) AS nth
            FROM unnest(ev_counter) WITH ORDINALITY AS c(workflow, place)
        ), raised AS (
            INSERT INTO execution_numbers AS n (workflow_id, last_number)
            SELECT workflow, count(*) FROM asked WHERE workflow IS NOT NULL GROUP BY workflow
            ON CONFLICT (workflow_id) DO UPDATE SET last_number = n.last_number + excluded.last_number
            RETURNING workflow_id, last_number
        ), sizes AS (
            SELECT workflow, count(*) AS size FROM asked WHERE workflow IS NOT NULL GROUP BY workflow
        )
        SELECT array_agg(r.last_number - s.size + a.nth ORDER BY a.place) INTO given
        FROM asked a LEFT JOIN raised r ON r.workflow_id = a.workflow LEFT JOIN sizes s ON s.workflow = a.workflow;
    END IF;

    INSERT INTO events (originator_id, originator_version, topic, state, number)
    SELECT v.stream, v.version, v.topic, v.state, given[v.place]
    FROM unnest(ev_stream, ev_version, ev_topic, ev_state) WITH ORDINALITY AS v(stream, version, topic, state, place)
    ORDER BY v.place;
    -- Positions follow each other: they are given one by one, and only behind the lock.
    first := lastval() - cardinality(ev_stream) + 1;

    IF cardinality(lo_name) > 0 THEN
        INSERT INTO leases (name, owner, epoch, workflow_id, key)
        SELECT * FROM unnest(lo_name, lo_owner, lo_epoch, lo_workflow, lo_key);
    END IF;
    IF cardinality(lt_name) > 0 THEN
        UPDATE leases l SET owner = t.owner, epoch = t.epoch
        FROM unnest(lt_name, lt_owner, lt_epoch) AS t(name, owner, epoch) WHERE l.name = t.name;
    END IF;
    IF cardinality(lc_name) > 0 THEN
        DELETE FROM leases l WHERE l.name = ANY (lc_name);
    END IF;
    IF cardinality(id_member) > 0 THEN
        INSERT INTO idempotency_keys AS k (scope, key, body_hash, execution_id, position, number, expires_at)
        SELECT i.scope, i.key, i.hash, i.execution, first + i.event, coalesce(given[i.event + 1], 0),
               clock_timestamp() + interval '24 hours'
        FROM unnest(id_scope, id_key, id_hash, id_execution, id_event) AS i(scope, key, hash, execution, event)
        ON CONFLICT (scope, key) DO UPDATE SET body_hash = excluded.body_hash, execution_id = excluded.execution_id,
            position = excluded.position, number = excluded.number, expires_at = excluded.expires_at;
    END IF;

    RETURN json_build_object('first', first, 'numbers', given);
END
$$;
