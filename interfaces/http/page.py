"""The files of the built page, compressed once for browsers that take it so."""

import gzip
import mimetypes
from functools import lru_cache
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response

SMALLEST = 1_000
"""Bytes below which compressing gains nothing."""
TEXTS = frozenset({".js", ".css", ".html", ".svg", ".json", ".txt", ".webmanifest"})


def file_answer(file: Path, headers: Headers, cache: str) -> Response:
    """A file, as gzip when the client says it takes that and the file is text worth it."""
    stat = file.stat()
    if file.suffix not in TEXTS or stat.st_size < SMALLEST:
        return FileResponse(file, headers={"Cache-Control": cache})
    told = {"Cache-Control": cache, "Vary": "Accept-Encoding"}
    if not _takes_gzip(headers.get("accept-encoding", "")):
        return FileResponse(file, headers=told)
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    content = _compressed(file, stat.st_mtime_ns, stat.st_size)
    return Response(content, media_type=kind, headers={**told, "Content-Encoding": "gzip"})


def _takes_gzip(accepted: str) -> bool:
    """RFC 9110, 12.5.3: a coding with q=0 is refused."""
    for coding in accepted.lower().split(","):
        name, _, weight = coding.partition(";")
        if name.strip() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


@lru_cache(maxsize=200)
def _compressed(file: Path, changed_ns: int, size: int) -> bytes:  # noqa: ARG001 - of the file as it is now
    return gzip.compress(file.read_bytes(), 9, mtime=0)
