-- webhook_secret_remove.sql — forget the secret of a webhook. Parameters: trigger (uuid).
DELETE FROM webhook_secrets WHERE trigger_id = %s
