"""A table of ordinary size: 40 000 rows, 100 columns, two hidden layers of 256."""

from __future__ import annotations

from typing import Any

from cases import large_case
from training import Effort, compare


def measure(quick: bool) -> dict[str, Any]:
    """Return the comparison; everyone takes the same batches in the same random order."""
    return compare(large_case(), Effort(0.1, 2 if quick else 5), tolerance=0.02)
