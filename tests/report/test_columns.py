from __future__ import annotations

import numpy as np

from separatrix.data import Table
from separatrix.report.columns import column_facts


def test_values_of_a_few_rows_are_not_none() -> None:
    kinds = np.array(["rare"] * 4 + ["often"] * 996, dtype=object)
    (facts,) = column_facts(Table({"kind": kinds}))
    assert facts.values == "often (99.6%), rare (0.4%)"
