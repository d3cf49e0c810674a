-- webhook_secret_put.sql — keep the secret of a webhook. Parameters: trigger (uuid), secret.
INSERT INTO webhook_secrets (trigger_id, secret) VALUES (%s, %s)
ON CONFLICT (trigger_id) DO UPDATE SET secret = excluded.secret, made_at = clock_timestamp()
