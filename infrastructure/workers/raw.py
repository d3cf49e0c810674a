"""What C code and child processes write: bytes from two pipes as log lines."""

import codecs
import os
import time

from domain.values import LogLine
from infrastructure.workers.lines import LineCutter

_STREAMS = {1: ("info", "stdout"), 2: ("warning", "stderr")}


class RawLines:
    """Cuts the bytes of both streams into lines; invalid UTF-8 becomes U+FFFD."""

    def __init__(self) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")
        self._streams = {stream: (decoder("replace"), LineCutter()) for stream in _STREAMS}

    def feed(self, stream: int, content: bytes) -> list[LogLine]:
        """The lines that are whole now; `stream` is 1 or 2."""
        decoder, cutter = self._streams[stream]
        return _lines(stream, cutter.feed(decoder.decode(content)))

    def finish(self) -> list[LogLine]:
        """What has no line end: the attempt is over."""
        lines: list[LogLine] = []
        for stream, (decoder, cutter) in self._streams.items():
            lines += _lines(stream, cutter.feed(decoder.decode(b"", final=True)) + cutter.finish())
            decoder.reset()
        return lines


def _lines(stream: int, texts: list[str]) -> list[LogLine]:
    if not texts:
        return []
    level, name = _STREAMS[stream]
    at = time.time() * 1000
    return [LogLine(at_ms=at, level=level, stream=name, text=text) for text in texts]


def read_some(fd: int) -> bytes | None:
    """What a pipe has now, None when nothing, b"" at its end."""
    try:
        return os.read(fd, 64 * 1024)
    except BlockingIOError:
        return None
