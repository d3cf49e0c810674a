-- webhook_secret_get.sql — the secret of a webhook. Parameters: trigger (uuid).
SELECT secret FROM webhook_secrets WHERE trigger_id = %s
