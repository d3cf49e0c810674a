"""What breaks, when, and how often it did. One generator of chance for a whole world: the seed decides everything."""

import asyncio
from collections import Counter
from random import Random

CHANCES = {
    "store_refused": 0.04,
    "answer_lost": 0.03,
    "answer_given_up": 0.02,
    "commit_late": 0.06,
    "answer_late": 0.04,
    "read_refused": 0.02,
    "artifact_refused": 0.1,
    "worker_lost": 0.08,
    "outcome_twice": 0.06,
    "outcome_late": 0.1,
    "input_slow": 0.1,
}
"""Of each occasion, while faults last."""
SERVER_FAULTS = ("server_killed", "killed_while_starting", "owner_replaced")
COMMANDS = ("stop", "pause", "resume", "retry", "answer", "hold", "move", "limit", "execute_again")


class Faults:
    """`counts` says how many took effect."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.counts: Counter[str] = Counter()
        self.on = True
        self.scale = random.choice([0.3, 1.0, 1.0, 3.0])
        """Some worlds are calm and some are not."""

    def strikes(self, name: str) -> bool:
        """Whether it happens now."""
        if self.on and self.random.random() < CHANCES[name] * self.scale:
            self.counts[name] += 1
            return True
        return False

    async def pause(self, most_s: float) -> None:
        await asyncio.sleep(self.random.uniform(0.0, most_s))
