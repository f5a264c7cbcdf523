import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads the states of processes in /proc"),
]

SEARCH = """
import os, sys, time
import numpy as np
from joblib import parallel_config
from separatrix import ArchitectureSearchCV, MLPClassifier

parent = os.getpid()

def endless(estimator, X, y):
    if os.getpid() == parent:  # which tries a trial before it starts workers
        return 0.0
    open(os.path.join(sys.argv[1], str(os.getpid())), "w").close()
    while True:
        time.sleep(0.01)

X = np.random.default_rng(0).normal(size=(40, 2))
network = MLPClassifier(max_iter=1, engine="numpy")
with parallel_config("loky", n_jobs=2):
    ArchitectureSearchCV(network, [2, 3, 4], cv=2, n_jobs=None, scoring=endless).fit(X, X[:, 0] > 0)
"""


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.promise("SIGTERM of a search leaves no worker alive after 10 s")
def test_sigterm_of_the_parent_ends_its_workers(tmp_path, record_property):
    parent = subprocess.Popen([sys.executable, "-c", SEARCH, str(tmp_path)], stderr=subprocess.DEVNULL)
    until = time.monotonic() + 120
    while len(workers := [int(path.name) for path in tmp_path.iterdir()]) < 2:
        assert time.monotonic() < until
        assert parent.poll() is None
        time.sleep(0.1)
    assert all(map(is_alive, workers))
    parent.terminate()
    assert parent.wait(10) == -signal.SIGTERM
    started = time.monotonic()
    try:
        while any(map(is_alive, workers)):
            assert time.monotonic() < started + 10
            time.sleep(0.1)
        record_property("figure", f"gone after {time.monotonic() - started:.1f} s")
    finally:
        for pid in filter(is_alive, workers):
            os.kill(pid, signal.SIGKILL)
