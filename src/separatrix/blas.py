"""BLAS: one thread for each product, where threads of one's own share the work, or results must not vary."""

from __future__ import annotations

import threading
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController


class _OneThread:
    """Holds BLAS to one thread while anybody wants it so.

    Two threads on small products were up to 100 times slower, and products of another number of threads may
    round otherwise. The limit is the process's, so those who want it share it: the first sets it, the last
    lifts it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._limit: Any = None

    def __enter__(self) -> None:
        with self._lock:
            if self._users == 0:
                self._limit = _controller().limit(limits=1, user_api="blas")
            self._users += 1

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._users -= 1
            if self._users == 0:
                for library in _controller().lib_controllers:
                    if hasattr(library, "clear_controlling_thread"):  # else the thread that set the limit
                        library.clear_controlling_thread(force=True)  # is the only one that can lift it
                self._limit.restore_original_limits()


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()  # looks through all libraries of the process: a millisecond or more


one_blas_thread = _OneThread()
"""A context manager that may be entered again, and from any thread."""
