-- recall.sql — what an idempotency key led to, while it holds.
-- Parameters: scope (text), key (text). Index: idempotency_keys_pkey.
SELECT execution_id, position, number, body_hash FROM idempotency_keys
WHERE scope = %s AND key = %s AND expires_at > clock_timestamp()
