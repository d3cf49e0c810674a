"""Turning what code writes into log lines: cut at line ends, bounded, free of what JSON can't hold."""

MAX_LINE_BYTES = 64 * 1024
"""A longer line is cut and says so (SSE clients and Postgres both suffer from unbounded rows)."""

_MARK = " … [line cut: {} more characters]"


def clean(text: str) -> str:
    """The text without NUL and lone surrogates, which neither Postgres nor JSON clients accept: they
    become U+FFFD. At most `MAX_LINE_BYTES` of UTF-8, with a mark when it was cut."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if len(text) * 4 > MAX_LINE_BYTES and len(raw := text.encode()) > MAX_LINE_BYTES:
        room = MAX_LINE_BYTES - len(_MARK) - 20
        kept = raw[:room].decode(errors="ignore")
        text = kept + _MARK.format(len(text) - len(kept))
    return text


class LineCutter:
    """Collects pieces of text and gives whole lines. What comes before a carriage return within a line
    is dropped, as a terminal would overwrite it (progress bars)."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._held = 0
        self._beyond = 0

    def feed(self, text: str) -> list[str]:
        """The lines that are complete now, cleaned."""
        if "\n" not in text:
            self._hold(text)
            return []
        first, *whole, last = text.split("\n")
        lines = [self._take(first)]
        lines += [clean(_visible(line)) for line in whole]
        self._hold(last)
        return lines

    def finish(self) -> list[str]:
        """The last line when it has no line end."""
        return [self._take("")] if self._pieces or self._beyond else []

    def _hold(self, text: str) -> None:
        if not text:
            return
        if "\r" in text.rstrip("\r"):
            self._pieces.clear()
            self._held = self._beyond = 0
            text = text.rstrip("\r").rpartition("\r")[2]
        room = 2 * MAX_LINE_BYTES - self._held
        if room:  # an endless line in small pieces must not fill a list with empty ones
            self._pieces.append(text[:room])
        self._held += min(len(text), room)
        self._beyond += max(0, len(text) - room)

    def _take(self, last: str) -> str:
        self._hold(last)
        line, beyond = "".join(self._pieces), self._beyond
        self._pieces.clear()
        self._held = self._beyond = 0
        if beyond:
            line = line[: MAX_LINE_BYTES // 4 - 64] + _MARK.format(len(line) + beyond - MAX_LINE_BYTES // 4 + 64)
        return clean(_visible(line))


def _visible(line: str) -> str:
    line = line.rstrip("\r")
    return line.rpartition("\r")[2] if "\r" in line else line
