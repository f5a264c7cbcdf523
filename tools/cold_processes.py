"""Start processes at once that compile one kernel with an empty cache, then with one that cannot be written.

    python tools/cold_processes.py 64

All must compute the right number, and leave the cache with one entry. It prints a summary.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

KERNEL = """
from separatrix.engine._jit import Entry

def total(values):
    s = 0.0
    for value in values:
        s += value
    return s
"""
CHILD = """
import numpy as np
from cold_kernel import Entry, total
values = np.arange(4.0)
print(Entry(total).load("float64", (values,))(values))
"""


def run(n: int, folder: Path, cache: Path) -> int:
    """Start `n` processes at once; return how many gave the right number and exit code."""
    environment = {**os.environ, "SEPARATRIX_CACHE_DIR": str(cache), "PYTHONPATH": _python_path(folder)}
    processes = [
        subprocess.Popen([sys.executable, "-c", CHILD], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(n)
    ]
    answers = [process.communicate()[0] for process in processes]
    return sum(a == "6.0\n" and p.returncode == 0 for a, p in zip(answers, processes, strict=True))


def _python_path(folder: Path) -> str:
    return os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])


def main(n: int) -> int:
    """Run both rounds; return the exit code."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "cold_kernel.py").write_text(KERNEL)
        right = run(n, folder, folder / "cache")
        entries = [path.name for path in (folder / "cache").glob("*/*")]
        (folder / "blocked").write_text("")
        right_blocked = run(n, folder, folder / "blocked")
    summary = {"processes": n, "right": right, "right with a cache that cannot be written": right_blocked}
    print(json.dumps({**summary, "entries": entries, "seconds": round(time.monotonic() - started, 1)}))
    return 0 if (right, right_blocked, entries) == (n, n, ["total-float64"]) else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 64))
