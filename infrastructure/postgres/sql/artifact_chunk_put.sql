-- artifact_chunk_put.sql — one part of a content. Parameters: sha256, part, bytes.
INSERT INTO artifact_chunks (sha256, part, bytes) VALUES (%s, %s, %s)
