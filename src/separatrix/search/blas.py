"""BLAS: how many threads it may use while networks are trained side by side."""

from __future__ import annotations

import threading
from typing import Any

from threadpoolctl import threadpool_limits


class _OneBlasThread:
    """Within it BLAS uses one thread: more are slower on small products, and may round in another way.

    Many threads may be within; the first to come sets the limit, the last to go lifts it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._n_within = 0
        self._limits: Any = None

    def __enter__(self) -> None:
        with self._lock:
            if not self._n_within:
                self._limits = threadpool_limits(limits=1, user_api="blas")
            self._n_within += 1

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._n_within -= 1
            if not self._n_within:
                self._limits.restore_original_limits()


one_blas_thread = _OneBlasThread()
