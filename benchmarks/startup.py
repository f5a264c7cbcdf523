"""What the first minute costs: imports, the first fit ever on a machine, later first fits, a prediction."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from timing import interleaved, spread

DTYPES = ("float32", "float64")
TARGETS = {  # seconds, at most
    "import separatrix": 0.3,
    "load a model and predict": 0.5,
    **{f"compiling kernels, {dtype}": 10.0 for dtype in DTYPES},
    **{f"loading compiled kernels, {dtype}": 1.0 for dtype in DTYPES},
}

_IMPORT = "import separatrix"
_FIT = """
import warnings
import separatrix as sx
from sklearn.datasets import make_circles
X, y = make_circles(500, noise=0.15, factor=0.25, random_state=1)
warnings.simplefilter("ignore")
sx.MLPClassifier((4,), "logistic", max_iter=10, dtype="{dtype}").fit(X, y)
"""
# What the first fit takes beyond a second one: its kernels.
_KERNELS = """
import warnings
from time import perf_counter
import numba
import sklearn.neural_network
import separatrix as sx
from sklearn.datasets import make_circles
X, y = make_circles(500, noise=0.15, factor=0.25, random_state=1)
warnings.simplefilter("ignore")
clf = sx.MLPClassifier((4,), "logistic", max_iter=10, dtype="{dtype}")
seconds = []
for _ in range(2):
    started = perf_counter()
    clf.fit(X, y)
    seconds.append(perf_counter() - started)
print(seconds[0] - seconds[1])
"""
_SAVE = _FIT.replace("sx.MLP", "clf = sx.MLP") + 'sx.save(clf, "{path}")'
_PREDICT = """
import sys
import numpy as np
import separatrix as sx
model = sx.load("{path}")
p = model.predict_proba(np.zeros((100, 2)))
assert len(p) == 100
loaded = [name for name in ("numba", "sklearn", "scipy", "matplotlib") if name in sys.modules]
assert not loaded, loaded
"""


def measure(quick: bool) -> dict[str, Any]:
    """Return the seconds of whole processes, an empty interpreter's included, and of the kernels alone."""
    repeats = 2 if quick else 5
    with tempfile.TemporaryDirectory() as folder:
        warm, path = Path(folder, "warm"), Path(folder, "model.safetensors")
        _seconds(_SAVE.format(dtype="float32", path=path.as_posix()), warm)
        _seconds(_FIT.format(dtype="float64"), warm)

        processes = {
            "empty interpreter": ("", warm),
            "import separatrix": (_IMPORT, warm),
            "load a model and predict": (_PREDICT.format(path=path.as_posix()), warm),
            "first fit ever, float32": (_FIT.format(dtype="float32"), None),
            "first fit of a later process, float32": (_FIT.format(dtype="float32"), warm),
            "import sklearn.neural_network, for comparison": ("import sklearn.neural_network", warm),
        }
        timers = {name: partial(_seconds, *process) for name, process in processes.items()}
        for what, cache in (("compiling kernels", None), ("loading compiled kernels", warm)):
            for dtype in DTYPES:
                timers[f"{what}, {dtype}"] = partial(_printed, _KERNELS.format(dtype=dtype), cache)
        times = interleaved(timers, repeats)
    return {
        "repeats": repeats,
        "seconds": {name: spread(values) for name, values in times.items()},
        "at_most": TARGETS,
    }


def _seconds(code: str, cache: Path | None) -> float:
    """Return how long a process runs; without a cache it starts with an empty one."""
    return _run(code, cache)[0]


def _printed(code: str, cache: Path | None) -> float:
    """Return the number that a process prints."""
    return float(_run(code, cache)[1])


def _run(code: str, cache: Path | None) -> tuple[float, str]:
    with tempfile.TemporaryDirectory() as empty:
        environment = os.environ | {"SEPARATRIX_CACHE_DIR": str(cache or empty)}
        started = perf_counter()
        process = subprocess.run(
            [sys.executable, "-c", code], check=True, env=environment, stdout=subprocess.PIPE, text=True
        )
        return perf_counter() - started, process.stdout
