-- artifact_put.sql — the head row of a content; no row when it is stored already. Parameters: sha256, size.
INSERT INTO artifacts (sha256, size_bytes) VALUES (%s, %s) ON CONFLICT (sha256) DO NOTHING RETURNING sha256
