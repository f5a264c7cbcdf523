from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import make_classification


@pytest.fixture(params=["numpy", "numba"])
def engine(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(scope="session")
def rows() -> tuple[np.ndarray, np.ndarray]:
    """120 rows of 5 features with two classes, 0 and 1."""
    return make_classification(120, 5, random_state=0)
