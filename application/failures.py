"""The failures the service itself decides, each with its words and the way out. A step's own come from its worker."""

from application.ports import ExpressionFailed
from domain.errors import Category
from domain.event import StepError


def child_failed(name: str, number: int, error: StepError | None) -> StepError:
    """The child of a step failed, or with no error was stopped."""
    what = f"{name} #{number}"
    if error is None:
        return StepError(
            code="child_stopped", category=Category.STEP, type="ChildStopped", message=f"{what} was stopped.",
            advice="Retry this execution to run it again.", retryable=True,
        )  # fmt: skip
    return StepError(
        code="child_failed", category=error.category, type=error.type, message=f"{what}: {error.message}",
        advice=f"Look at {what}. {error.advice}", retryable=error.retryable,
    )  # fmt: skip


def unanswered(path: str) -> StepError:
    """Nobody answered an approval within the node's time."""
    return StepError(
        code="approval_timeout",
        category=Category.TIMEOUT,
        type="ApprovalTimeout",
        message=f"Nobody answered step {path} in time.",
        advice="Retry it and tell the person, or raise timeout_s of the node.",
        retryable=True,
    )


def queue_timeout(limit_s: float) -> StepError:
    """The execution waited longer than its workflow lets it."""
    return StepError(
        code="queue_timeout",
        category=Category.TIMEOUT,
        type="QueueTimeout",
        message=f"The execution waited in the queue longer than its {limit_s:g} s.",
        advice="Retry it later, raise settings.queue_timeout_s, or see what holds the slots.",
        retryable=True,
    )


def execution_timeout(timeout_s: float | None) -> StepError:
    """The execution took longer than its workflow lets it."""
    return StepError(
        code="execution_timeout",
        category=Category.TIMEOUT,
        type="ExecutionTimeout",
        message=f"The execution took longer than its {timeout_s:g} s.",
        advice="Raise settings.timeout_s, or find the slow step in the timeline.",
        retryable=True,
    )


def expression_error(failed: ExpressionFailed) -> StepError:
    """An expression that could not be evaluated."""
    return StepError(
        code="expression_error",
        category=Category.VALIDATION,
        type="ExpressionFailed",
        message=f"{failed.expression}: {failed.message}",
        advice="Mend the expression, or look at the values it reads.",
        retryable=False,
    )


def value_error(message: str) -> StepError:
    """A value that should be there and is not."""
    return StepError(
        code="value_unavailable",
        category=Category.INFRASTRUCTURE,
        type="ValueUnavailable",
        message=message,
        advice="Run the workflow again; if it happens again, look at the database's storage.",
        retryable=True,
    )


def map_timeout(path: str, timeout_s: float) -> StepError:
    """The items of a map together took longer than its own limit."""
    return StepError(
        code="step_timeout",
        category=Category.TIMEOUT,
        type="StepTimeout",
        message=f"The items of step {path} together took longer than its {timeout_s:g} s.",
        advice="Raise timeout_s of the map or its max_parallel, or find what is slow in its items.",
        retryable=True,
    )


def wait_timeout(path: str, timeout_s: float) -> StepError:
    """The step's own limit was shorter than its wait."""
    return StepError(
        code="step_timeout",
        category=Category.TIMEOUT,
        type="StepTimeout",
        message=f"Step {path} waited longer than its {timeout_s:g} s.",
        advice="Raise timeout_s of the node, or wait for a shorter time.",
        retryable=True,
    )


def internal(error: Exception) -> StepError:
    """What nobody foresaw, again and again. What it says may hold anything, so it is told in the server's log only."""
    return StepError(
        code="internal_error",
        category=Category.INTERNAL,
        type=type(error).__name__,
        message=f"The service could not do its part of this: {type(error).__name__}.",
        advice="Run it again; if it happens again, the log of the server says more.",
        retryable=True,
    )
