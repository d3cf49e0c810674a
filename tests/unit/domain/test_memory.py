"""What steps take of memory, learnt from the attempts before."""

from domain.queueing.memory import ENOUGH, KEPT, MB, LearntMemory


def learnt(*mb: int) -> LearntMemory:
    memory = LearntMemory()
    for one in mb:
        memory.learn("step", one * MB)
    return memory


def test_nothing_is_said_before_enough_attempts_and_then_what_nineteen_of_twenty_stay_below() -> None:
    assert learnt(*[1] * (ENOUGH - 1)).mb("step") is None
    assert learnt(*range(1, 21)).mb("step") == 19
    assert learnt(*[100] * 10, *[5] * KEPT).mb("step") == 5, "the last ones count"


def test_what_was_before_is_recalled_and_what_was_learnt_since_counts_as_later() -> None:
    memory = learnt(7)
    memory.recall("step", [50 * MB] * (ENOUGH - 1))
    assert memory.mb("step") == 50
    memory = learnt(*[7] * KEPT)
    memory.recall("step", [50 * MB] * 10)
    assert memory.mb("step") == 7, "more than are kept have been learnt since"
    assert memory.mb("other") is None
