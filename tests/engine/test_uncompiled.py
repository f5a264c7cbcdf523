"""The kernels as plain Python: the same tests with the compiler off."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.compiles

CHOSEN = (  # each line: words that a test's name has, all of them
    "every_combination tanh adam",
    "every_combination mish binary lion",
    "gradient_and_score float64",
    "dropout 40",
    "batches_orders 7-shuffle-True-True",
    "several_blocks 513 hidden0",
    "monitored 13-quadratic",
    "part_by_part hidden0 float64",
    "many_inputs 1030",
    "shapes 64-True-hidden4-float64",
    "periodic hidden0-7-columns1 float64",
    "periodic hidden1-7-columns1 float64",
    "periodic coded",
    "coded_rows_train 7-blocks hidden0-shuffle-float64",
    "coded_rows_train 7-blocks hidden1-shuffle-float64",
    "coded_rows_train 7-blocks3 hidden2-shuffle-float64",
)


def test_kernels_run_without_the_compiler():
    tests = str(Path(__file__).with_name("test_numba_engine.py"))
    chosen = " or ".join(f"({' and '.join(words.split())})" for words in CHOSEN)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-rfEp",  # a line for each test that passed, too
            "-p",
            "no:cacheprovider",
            tests,
            "-k",
            chosen,
        ],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:]
    passed = [line.partition("::")[2] for line in done.stdout.splitlines() if line.startswith("PASSED ")]
    unused = [words for words in CHOSEN if not any(all(w in name for w in words.split()) for name in passed)]
    assert unused == [], "no test has these words: was one renamed?"
