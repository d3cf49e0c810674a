"""What a command says when it cannot do what was asked: one sentence with the way out, and an exit code.

Exit codes: 0 done, or the execution completed · 1 the execution failed · 2 refused or unreachable (this file) ·
3 the execution was stopped · 130 interrupted by Ctrl-C.
"""

from collections.abc import Mapping

COMPLETED, FAILED, REFUSED, STOPPED, INTERRUPTED = 0, 1, 2, 3, 130


class Refusal(Exception):
    """`str(refusal)` is the sentence; `advice` the way out when the sentence does not hold it already;
    `problem` the server's own problem document, for --json."""

    def __init__(self, sentence: str, *, advice: str = "", problem: Mapping[str, object] | None = None) -> None:
        super().__init__(sentence)
        self.advice = advice
        self.problem = problem
