from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse

from separatrix.data.sparse_rows import check_sparse
from separatrix.errors import DataError
from separatrix.estimators import MLPClassifier

ROWS = scipy.sparse.random(40, 5, 0.4, format="csr", random_state=0)
Y = np.arange(40) % 2

BROKEN = [
    ("csr", "indices", 0, 99),
    ("csr", "indices", 0, -1),
    ("csr", "indptr", 3, 1000),
    ("csr", "indptr", 0, 5),
    ("csr", "indptr", -1, 10**6),
    ("csc", "indices", 0, 99),
    ("coo", "row", 0, 99),
    ("coo", "col", 0, -5),
    ("bsr", "indices", 0, 99),
]


@pytest.mark.promise("A broken sparse matrix is refused before compiled code reads it")
@pytest.mark.parametrize(("form", "name", "index", "value"), BROKEN)
def test_a_broken_matrix_is_refused_everywhere(form: str, name: str, index: int, value: int) -> None:
    fitted = MLPClassifier((3,), tol=9.0, n_iter_no_change=2, random_state=0).fit(ROWS, Y)
    broken: Any = ROWS.asformat(form).copy()
    getattr(broken, name)[index] = value
    for call in (
        lambda: check_sparse(broken),
        lambda: MLPClassifier((3,)).fit(broken, Y),
        lambda: fitted.partial_fit(broken, Y),
        lambda: fitted.predict(broken),
        lambda: fitted.to_model().predict(broken),
    ):
        with pytest.raises(DataError, match="X is a broken sparse matrix"):
            call()


@pytest.mark.parametrize("form", ["csr", "csc", "coo", "bsr", "lil", "dok", "dia"])
def test_whole_matrices_and_other_rows_pass(form: str) -> None:
    check_sparse(ROWS.asformat(form))
    check_sparse(np.ones((2, 2)))
    check_sparse([[1.0]])
