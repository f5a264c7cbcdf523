"""Training on more rows than memory: rows a second from Parquet files, and the peak of the process.

``python benchmarks/stream.py --rows 1000000`` prints the figures of a smaller table.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

ROWS, QUICK_ROWS = 20_000_000, 1_000_000
COLUMNS = 20
PART_ROWS = 1_000_000
MEMORY = "512MB"
SHARE = 0.05  # of the rows, for scikit-learn, whose time a row does not depend on their number

_NETWORK = "hidden_layer_sizes=(32, 16), max_iter=1, batch_size=256, random_state=0"
_COMMON = f"""
import json, sys, warnings
from time import perf_counter
warnings.simplefilter("ignore")
files, memory, share = json.loads(sys.argv[1])
settings = dict({_NETWORK})

def tell(**figures):
    for line in open("/proc/self/status"):  # getrusage would tell of the parent's peak, too
        if line.startswith("VmHWM:"):
            print(json.dumps({{**figures, "peak": int(line.split()[1]) * 1024 / 1e6}}))
"""
_OURS = (
    _COMMON
    + """
import separatrix as sx
clf = sx.MLPClassifier(**settings, dtype="float32")
started = perf_counter()
clf.fit_table(files, memory=memory)
seconds = perf_counter() - started
tell(seconds=seconds, epoch_seconds=float(clf.history_.seconds.sum()), loss=clf.loss_, rows=clf.t_)
"""
)
# The reader, the encoder and the rows of a buffer are those of `fit_table`.
_READER = (
    _COMMON
    + """
import numpy as np
import separatrix as sx
from separatrix.data.memory import Budget, parse_memory
from separatrix.data.stream_sources import open_stream
from separatrix.estimators.table_rows import TableReader
from separatrix.estimators.table_source import TableSource
budget = Budget(parse_memory(memory))
with open_stream(files, budget.piece) as stream:
    clf = sx.MLPClassifier(dtype="float32")
    source = TableSource("target", clf._target_of, random_state=0, budget=budget)
    reader = TableReader(clf.settings(), source)
    rows = reader.encode(stream, reader.learn(stream))
    rows.shuffles = True
    n, most = 0, share * stream.n_rows
    {prepare}
    started = perf_counter()
    for chunk in rows.chunks(0, 0):
        {use}
        n += chunk.n_rows
        if n >= most:
            break
    seconds = perf_counter() - started
tell(seconds=seconds, epoch_seconds=seconds, rows=n{loss})
"""
)
_READ_ONLY = _READER.replace("{prepare}", "").replace("{use}", "pass").replace("{loss}", "")
_SCIKIT_LEARN = (
    _READER.replace(
        "{prepare}",
        "from sklearn.neural_network import MLPClassifier; clf = MLPClassifier(**settings)",
    )
    .replace("{use}", "clf.partial_fit(chunk.X, chunk.T[:, 0], classes=[0, 1])")
    .replace("{loss}", ", loss=clf.loss_")
)


def measure(quick: bool) -> dict[str, Any]:
    """Return rows a second and megabytes of everyone."""
    if not Path("/proc/self/status").exists():
        raise SystemExit("stream: needs Linux's /proc/self/status")
    return _measure(QUICK_ROWS if quick else ROWS)


def _measure(n_rows: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        files = _table(Path(folder), n_rows)
        n_bytes = sum(Path(file).stat().st_size for file in files)
        runs = {
            "Separatrix fit_table": _run(_OURS, files, 1.0),
            "reading and encoding alone": _run(_READ_ONLY, files, 1.0),
            "scikit-learn partial_fit": _run(_SCIKIT_LEARN, files, SHARE),
        }
    ours, theirs = (
        runs[name]["rows_a_second"] for name in ("Separatrix fit_table", "scikit-learn partial_fit")
    )
    return {
        "rows": n_rows,
        "columns": COLUMNS,
        "megabytes_of_files": round(n_bytes / 1e6),
        "megabytes_as_float64": round(n_rows * COLUMNS * 8 / 1e6),
        "memory": MEMORY,
        "runs": runs,
        "ratio": round(ours / theirs, 2),
    }


def _table(folder: Path, n_rows: int) -> list[str]:
    """Write the table in parts, so that making it needs little memory."""
    import polars as pl

    files = []
    weights = np.random.default_rng(0).normal(size=COLUMNS)
    for number, start in enumerate(range(0, n_rows, PART_ROWS)):
        generator = np.random.default_rng([1, number])
        X = generator.normal(size=(min(PART_ROWS, n_rows - start), COLUMNS))
        target = (np.tanh(X) @ weights + generator.normal(size=len(X)) > 0).astype(np.int64)
        frame = pl.DataFrame({**{f"x{j}": X[:, j] for j in range(COLUMNS)}, "target": target})
        files.append(str(folder / f"part-{number:03}.parquet"))
        frame.write_parquet(files[-1], row_group_size=2**17)
    return files


def _run(code: str, files: list[str], share: float) -> dict[str, Any]:
    """Run in a process of its own, after one that leaves the kernels compiled."""
    arguments = json.dumps([files, MEMORY, share])
    subprocess.run([sys.executable, "-m", "separatrix", "warm"], check=True, capture_output=True)
    output = subprocess.run(
        [sys.executable, "-c", code, arguments], check=True, capture_output=True, text=True
    )
    figures = json.loads(output.stdout)
    return {
        "rows": figures["rows"],
        "seconds": round(figures["seconds"], 2),
        "rows_a_second": round(figures["rows"] / figures["epoch_seconds"]),
        "peak": round(figures["peak"]),
        "loss": figures.get("loss"),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=QUICK_ROWS)
    print(json.dumps(_measure(parser.parse_args().rows), indent=1))
