-- Read models: all written by one projector in one transaction, with the one position they have applied.
-- `doc` is the row as JSON; the columns beside it are what lists are filtered and ordered by.

CREATE TABLE projection_position (
    name     text PRIMARY KEY,
    position bigint NOT NULL
);
INSERT INTO projection_position VALUES ('views', 0);

CREATE TABLE execution_view (
    execution_id uuid PRIMARY KEY,
    created      bigint NOT NULL,               -- position of its created: the order of lists
    workflow_id  uuid NOT NULL,
    status       text NOT NULL CHECK (status IN ('queued','running','paused','stopping','completed','failed','stopped')),
    created_at   timestamptz NOT NULL,
    labels       jsonb NOT NULL,
    doc          bytea NOT NULL
);
CREATE INDEX execution_view_created ON execution_view (created DESC);
CREATE INDEX execution_view_workflow ON execution_view (workflow_id, created DESC);
CREATE INDEX execution_view_open ON execution_view (status, created DESC) WHERE status IN ('queued','running','paused','stopping');

CREATE TABLE step_view (
    execution_id uuid NOT NULL,
    path         text NOT NULL,
    doc          bytea NOT NULL,
    PRIMARY KEY (execution_id, path)
);

-- Where the lines of an execution stand in the log: one row a batch, so that no text is stored twice.
CREATE TABLE log_view (
    execution_id uuid NOT NULL,
    first_line   bigint NOT NULL,
    last_line    bigint NOT NULL,
    position     bigint NOT NULL,
    path         text NOT NULL,
    worst        smallint NOT NULL,             -- 0 debug .. 3 error: batches below a level are not read
    PRIMARY KEY (execution_id, first_line)
);

CREATE TABLE workflow_view (
    workflow_id uuid PRIMARY KEY,
    created     bigint NOT NULL,
    status      text NOT NULL CHECK (status IN ('draft','ready','paused','archived')),
    name        text NOT NULL,
    doc         bytea NOT NULL
);
CREATE INDEX workflow_view_created ON workflow_view (created DESC);

-- Writes one page of the projector, or nothing: the position must still be the one the page begins at.
CREATE FUNCTION apply_page(
    from_position bigint, to_position bigint,
    ex_id uuid[], ex_created bigint[], ex_workflow uuid[], ex_status text[], ex_created_at timestamptz[], ex_labels jsonb[], ex_doc bytea[],
    st_execution uuid[], st_path text[], st_doc bytea[],
    lg_execution uuid[], lg_first bigint[], lg_last bigint[], lg_position bigint[], lg_path text[], lg_worst smallint[],
    wf_id uuid[], wf_created bigint[], wf_status text[], wf_name text[], wf_doc bytea[]
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    UPDATE projection_position SET position = to_position WHERE name = 'views' AND position = from_position;
    IF NOT FOUND THEN RETURN false; END IF;
    IF cardinality(ex_id) > 0 THEN
        INSERT INTO execution_view SELECT * FROM unnest(ex_id, ex_created, ex_workflow, ex_status, ex_created_at, ex_labels, ex_doc)
        ON CONFLICT (execution_id) DO UPDATE SET status = excluded.status, doc = excluded.doc;
    END IF;
    IF cardinality(st_path) > 0 THEN
        INSERT INTO step_view SELECT * FROM unnest(st_execution, st_path, st_doc)
        ON CONFLICT (execution_id, path) DO UPDATE SET doc = excluded.doc;
    END IF;
    IF cardinality(lg_path) > 0 THEN
        INSERT INTO log_view SELECT * FROM unnest(lg_execution, lg_first, lg_last, lg_position, lg_path, lg_worst);
    END IF;
    IF cardinality(wf_id) > 0 THEN
        INSERT INTO workflow_view SELECT * FROM unnest(wf_id, wf_created, wf_status, wf_name, wf_doc)
        ON CONFLICT (workflow_id) DO UPDATE SET status = excluded.status, name = excluded.name, doc = excluded.doc;
    END IF;
    RETURN true;
END
$$;
