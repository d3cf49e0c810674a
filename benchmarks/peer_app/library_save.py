"""The eventsourcing library's own way to store: Application.save over its Postgres recorder, 50 threads.

Reads seconds, one line a round, and answers saves a second. Run by the Python of the peer's environment: the
recorder needs a pool package that the product does not.
"""

# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false, reportAttributeAccessIssue=false

import sys
import threading
import time

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from psycopg.conninfo import conninfo_to_dict


class Counter(Aggregate):
    @event("Created")
    def __init__(self) -> None:
        self.count = 0

    @event("Counted")
    def count_one(self, text: str) -> None:
        self.count += len(text)


def main() -> None:
    info = conninfo_to_dict(sys.argv[1])
    savers = int(sys.argv[2])
    application = Application(
        {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": str(info["dbname"]),
            "POSTGRES_HOST": str(info["host"]),
            "POSTGRES_PORT": str(info.get("port", 5432)),
            "POSTGRES_USER": str(info["user"]),
            "POSTGRES_PASSWORD": str(info.get("password") or "-"),
            # A connection for each saver: waiting for a pool's connection would be measured otherwise.
            "POSTGRES_POOL_SIZE": str(savers),
            "POSTGRES_MAX_OVERFLOW": "5",
        }
    )
    for line in sys.stdin:
        print(save_for(application, savers, float(line)), flush=True)
    application.close()


def save_for(application: Application, savers: int, seconds: float) -> float:
    counters = [Counter() for _ in range(savers)]
    application.save(*counters)
    saved = [0] * savers
    ends = time.perf_counter() + seconds

    def go(place: int) -> None:
        while time.perf_counter() < ends:
            counters[place].count_one("x" * 120)  # as much data as an event of ours
            application.save(counters[place])
            saved[place] += 1

    threads = [threading.Thread(target=go, args=(place,)) for place in range(savers)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(saved) / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
