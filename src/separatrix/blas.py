"""BLAS with one thread, for code that uses its own threads or whose results must not vary."""

from __future__ import annotations

import threading
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController


class _OneThread:
    """Limits BLAS to one thread while the context is entered at least once.

    Two threads on small products were up to 100 times slower, and another number of threads may round
    differently. The limit applies to the whole process: the first to enter sets it, the last to leave removes
    it.
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
                    if hasattr(library, "clear_controlling_thread"):  # otherwise the thread that set the
                        library.clear_controlling_thread(
                            force=True
                        )  # limit is the only one that can remove it
                self._limit.restore_original_limits()


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()  # searches all libraries of the process: a millisecond or more


one_blas_thread = _OneThread()
"""A context manager that may be entered repeatedly, and from any thread."""
