-- artifact_get.sql — a content's parts in order. Parameter: sha256. Index: artifact_chunks_pkey.
SELECT bytes FROM artifact_chunks WHERE sha256 = %s ORDER BY part
