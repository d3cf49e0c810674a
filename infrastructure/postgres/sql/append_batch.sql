-- append_batch.sql — stores a batch of members in one transaction and one round trip.
-- Parameters: the arrays of the function append_batch, in its order. Index: events_pkey for the heads.
-- Executed by its name, outside the driver's own cache of statements (prepared.py).
PREPARE append_batch (
    uuid[], bigint[], text[], bytea[], uuid[],
    int[], uuid[], bigint[],
    int[], text[], bigint[],
    int[], text[], text[], bytea[], uuid[], int[],
    text[], uuid[], bigint[],
    text[], uuid[], bigint[],
    text[],
    uuid[], text[],
    int[], uuid[], text[], int[]
) AS SELECT append_batch(
    $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
    $25, $26, $27, $28, $29, $30)
