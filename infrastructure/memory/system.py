"""Time that is moved by hand, and ids that come in order: every run of a test is the same run."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


class ManualClock:
    """Stands still until `advance`."""

    def __init__(self, begin: datetime = BEGIN) -> None:
        self._begin = begin
        self._elapsed_s = 0.0

    def now(self) -> datetime:
        """Wall time, aware UTC."""
        return self._begin + timedelta(seconds=self._elapsed_s)

    def monotonic(self) -> float:
        """Seconds since the beginning."""
        return self._elapsed_s

    def advance(self, seconds: float) -> None:
        """Let time pass. Raises ValueError for a negative time."""
        if seconds < 0:
            raise ValueError("time does not go back")
        self._elapsed_s += seconds


class SequentialIds:
    """UUIDv7 by a counter: the n-th id carries millisecond n, and nothing is drawn by chance.

    `server` keeps the ids of several servers in one test apart (0..255).
    """

    def __init__(self, server: int = 0) -> None:
        self._server = server
        self._count = 0

    def new(self) -> UUID:
        """The next id."""
        self._count += 1
        milliseconds = int(BEGIN.timestamp() * 1000) + self._count
        return UUID(int=milliseconds << 80 | 0x7 << 76 | 0b10 << 62 | self._server << 32 | self._count)
