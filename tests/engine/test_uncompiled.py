"""The kernels as plain Python: the same tests with the compiler off."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.compiles


def test_kernels_run_without_the_compiler():
    tests = str(Path(__file__).with_name("test_numba_engine.py"))
    chosen = (
        "(every_combination and tanh and adam) or (every_combination and mish and binary and lion)"
        " or (gradient_and_score and float64) or (dropout and 40)"
        " or (batches_orders and 7-shuffle-True-True) or (several_blocks and 513 and hidden0)"
        " or (monitored and 13-quadratic)"
        " or (part_by_part and hidden0 and float64) or (many_inputs and 1030)"
        " or (shapes and 64-True-hidden4-float64)"
        " or (periodic and (7-columns1 or coded) and not hidden2 and not float32)"
        " or (coded_rows_train and 7-blocks and shuffle-float64 and (blocks3 or not hidden2))"
    )
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
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
    assert "passed" in done.stdout
