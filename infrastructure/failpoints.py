"""Named places at which a test has this process killed: `RUNWRIGHT_TEST_FAILPOINT=after_append:3`, the third time.

Without that variable nothing happens and nothing is looked up: one comparison.
"""

import os
import signal
from typing import Final

POINTS: Final = (
    "before_append",  # a batch is about to be sent to the database
    "after_append",  # it is stored, and nobody here knows
    "after_answer",  # whoever appended has been told
    "hand_over",  # attempts are about to be handed to workers
    "outcome",  # an attempt has ended, and nobody has decided about it
    "before_page",  # the views are about to be written
    "after_page",  # they are written
)
_named, _, _count = os.environ.get("RUNWRIGHT_TEST_FAILPOINT", "").partition(":")
if _named and (_named not in POINTS or not _count.isdigit()):
    raise ValueError(f"RUNWRIGHT_TEST_FAILPOINT is POINT:COUNT with one of {', '.join(POINTS)}")
_left = int(_count or 0)


def passing(point: str) -> None:
    """This place is reached."""
    if point == _named:
        _reached()


def _reached() -> None:
    global _left  # noqa: PLW0603 - one process, one count
    _left -= 1
    if _left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
