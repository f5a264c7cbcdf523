"""How much memory a fit needs beside the data: the peak of a fresh process, as Linux counts it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

MEGABYTE = 2**20
ALLOWANCE = 64  # megabytes over the data

# The tiny fit beforehand loads libraries and compiled kernels, which are not the data's doing.
_CODE = """
import json, sys, warnings
import numpy as np
import separatrix as sx

def status(field):
    for line in open("/proc/self/status"):
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024

n_rows, n_columns, held, dtype, settings = json.loads(sys.argv[1])
warnings.simplefilter("ignore")
clf = sx.MLPClassifier((32, 16), max_iter=2, batch_size=256, dtype=dtype, random_state=0, **settings)
generator = np.random.default_rng(0)
clf.fit(generator.random((600, n_columns), held), np.arange(600) % 2)
before = status("VmRSS")
X = generator.random((n_rows, n_columns), held)
y = (X[:, 0] > 0.5).astype(np.int64)
with open("/proc/self/clear_refs", "w") as file:
    file.write("5")
with_data = status("VmRSS")
clf.fit(X, y)
peak = status("VmHWM")
print(json.dumps([X.nbytes, with_data - before, peak - before]))
"""
_FITS = {
    "1 000 000 x 20, float32": (1_000_000, 20, "float32", "float32", {}),
    "400 000 x 50, float64": (400_000, 50, "float64", "float64", {}),
    "400 000 x 50, float64 trained in float32": (400_000, 50, "float64", "float32", {}),
    "1 000 000 x 20, float32, early stopping": (
        1_000_000,
        20,
        "float32",
        "float32",
        {"early_stopping": True},
    ),
}


def measure(quick: bool) -> dict[str, Any]:
    """Return megabytes: of the data, of the process with the data, at the peak of the fit, and allowed."""
    if not Path("/proc/self/status").exists():
        raise SystemExit("memory: needs Linux's /proc/self/status")
    return {name: _fit(*settings) for name, settings in _FITS.items()}


def _fit(n_rows: int, n_columns: int, held: str, dtype: str, settings: dict[str, Any]) -> dict[str, Any]:
    arguments = json.dumps([n_rows, n_columns, held, dtype, settings])
    output = subprocess.run(
        [sys.executable, "-c", _CODE, arguments], check=True, capture_output=True, text=True
    ).stdout
    data, with_data, peak = (round(int(number) / MEGABYTE, 1) for number in json.loads(output))
    converted = 0.0 if held == dtype else data / 2
    return {
        "data": data,
        "with_data": with_data,
        "peak": peak,
        "over_data": round(peak - data - converted, 1),
        "at_most": ALLOWANCE,
    }
