"""Live through seeds one by one: `python -m tests.simulation 12 345`; the log of each is kept."""

import sys

from tests.simulation.test_simulation import told
from tests.simulation.world import simulate

for seed in map(int, sys.argv[1:]):
    print(told(simulate(seed)))
