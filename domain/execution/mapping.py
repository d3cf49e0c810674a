"""From state alone: which items of a running map may start now, and whether all of it is over.

Counts as items begin and end, so an item costs the same in a map of ten and of ten thousand.
"""

from collections import OrderedDict
from collections.abc import Mapping
from itertools import islice

from domain.execution.state import StepState
from domain.execution.status import STEP_FINAL, StepStatus
from domain.paths import index_of, item_path
from domain.workflow.graph import Each, Node

WINDOW = 64
"""Items that are open at once where the map does not say: more wait for a worker anyway, and memory is bounded."""
MAX_ITEMS = 50_000
"""Of one map. Each is a step with a history of its own."""


class MapPlan:
    """One running map. `count` is the number of its items; `steps` are those something has happened to."""

    def __init__(self, path: str, node: Node, count: int, steps: Mapping[str, StepState]) -> None:
        assert node.each is not None  # noqa: S101 - only maps are expanded
        self.path, self.node, self.count = path, node, count
        self.each: Each = node.each
        self.failed: list[int] = []
        """Items that failed for good, in that order."""
        self.cut = False
        """Whether nothing more starts because its time is over."""
        self._waiting: OrderedDict[int, None] = OrderedDict()
        self._again: dict[int, None] = {}
        self._active: set[int] = set()
        for index in range(count):
            step = steps.get(self.item(index))
            if step is None or step.status is StepStatus.PENDING:
                self._waiting[index] = None
            elif step.status in STEP_FINAL:
                self._settle(index, step.status)
            else:
                self._active.add(index)

    def item(self, index: int) -> str:
        """The step of an item."""
        return item_path(self.path, self.node.id, index)

    @property
    def has_failed(self) -> bool:
        """Whether more items have failed than it tolerates."""
        return not self.each.tolerates(len(self.failed), self.count)

    @property
    def is_over(self) -> bool:
        """Whether no further item starts although some are left."""
        return self.cut or self.has_failed

    @property
    def has_ended(self) -> bool:
        """Whether nothing of it runs or will."""
        return not self._active and (self.is_over or not self._waiting)

    @property
    def active(self) -> list[str]:
        """Steps of items that have begun and are not final."""
        return [self.item(index) for index in self._active]

    def startable(self) -> list[str]:
        """Items that may start now: those to be tried again first, then in the order of the list."""
        if self.is_over:
            return []
        room = max(0, (self.each.max_parallel or WINDOW) - len(self._active))
        return [self.item(index) for index in (*self._again, *islice(self._waiting, min(room, WINDOW)))]

    def begun(self, path: str) -> None:
        """An item has started, waits, or will be tried again: it takes one of the places."""
        index = index_of(path)
        self._waiting.pop(index, None)
        self._again.pop(index, None)
        self._active.add(index)

    def settled(self, path: str, status: StepStatus) -> None:
        """An item is final."""
        index = index_of(path)
        self._waiting.pop(index, None)
        self._again.pop(index, None)
        self._active.discard(index)
        self._settle(index, status)

    def again(self, path: str) -> None:
        """An item that has begun may start anew: lost, its backoff over, or a person said so."""
        self._again[index_of(path)] = None

    def _settle(self, index: int, status: StepStatus) -> None:
        if status is StepStatus.FAILED:
            self.failed.append(index)
        elif status is StepStatus.STOPPED:
            self.cut = True  # as it was before a restart: only a map that is over stops its items
