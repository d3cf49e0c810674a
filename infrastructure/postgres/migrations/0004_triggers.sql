-- Triggers: found at start-up without reading the log, and the secrets of webhooks, which stand in no event.

CREATE INDEX events_triggers ON events (originator_id) WHERE topic = 'trigger.created.v1';

-- In the clear, for a signature can be checked by the secret alone: who reads this database may call the webhooks.
CREATE TABLE webhook_secrets (
    trigger_id uuid PRIMARY KEY,
    secret     text NOT NULL,
    made_at    timestamptz NOT NULL DEFAULT clock_timestamp()
);
