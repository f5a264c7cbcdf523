"""What the first minute costs: imports, the first fit ever on a machine, later first fits, a prediction."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter
from typing import Any

from timing import interleaved, spread

TARGETS = {"load a model and predict": 0.3}

_IMPORT = "import separatrix"
_FIT = """
import warnings
import separatrix as sx
X, y = sx.data.make_circles(500, noise=0.15, factor=0.25, random_state=1)
warnings.simplefilter("ignore")
sx.MLPClassifier((4,), "logistic", max_iter=10, dtype="{dtype}").fit(X, y)
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
    """Return the seconds of whole processes, an empty interpreter's included."""
    repeats = 2 if quick else 5
    with tempfile.TemporaryDirectory() as folder:
        warm, path = Path(folder, "warm"), Path(folder, "model.safetensors")
        _seconds(_SAVE.format(dtype="float32", path=path.as_posix()), warm)
        _seconds(_FIT.format(dtype="float64"), warm)

        def cold(dtype: str) -> float:
            with tempfile.TemporaryDirectory() as empty:
                return _seconds(_FIT.format(dtype=dtype), Path(empty))

        timers = {
            "empty interpreter": lambda: _seconds("", warm),
            "import separatrix": lambda: _seconds(_IMPORT, warm),
            "load a model and predict": lambda: _seconds(_PREDICT.format(path=path.as_posix()), warm),
            "first fit ever, float32": lambda: cold("float32"),
            "first fit ever, float64": lambda: cold("float64"),
            "first fit of a later process, float32": lambda: _seconds(_FIT.format(dtype="float32"), warm),
            "first fit of a later process, float64": lambda: _seconds(_FIT.format(dtype="float64"), warm),
            "import sklearn.neural_network, for comparison": lambda: _seconds(
                "import sklearn.neural_network", warm
            ),
        }
        times = interleaved(timers, repeats)
    return {
        "repeats": repeats,
        "seconds": {name: spread(values) for name, values in times.items()},
        "at_most": TARGETS,
    }


def _seconds(code: str, cache: Path) -> float:
    environment: Mapping[str, str] = os.environ | {"SEPARATRIX_CACHE_DIR": str(cache)}
    started = perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    return perf_counter() - started
