"""Orphans: worker processes whose parent has died end themselves."""

from __future__ import annotations

import os
import threading
import time

SECONDS = 1.0  # between two looks at the parent

_watched: set[int] = set()


def end_with_parent(pid: int) -> None:
    """End this process soon after the process `pid` has died, if that is its parent.

    A process that SIGTERM or SIGKILL ends cannot stop its workers, and joblib's workers notice its end only
    when they have been idle for minutes. On Windows nothing happens: there a process keeps the number of a
    dead parent.

    Examples
    --------
    >>> end_with_parent(os.getpid())  # not the parent, but this process itself: nothing happens
    """
    if os.name == "posix" and os.getppid() == pid and pid not in _watched:
        _watched.add(pid)
        threading.Thread(target=_watch, args=(pid,), name="separatrix-orphan", daemon=True).start()


def _watch(pid: int) -> None:
    while os.getppid() == pid:
        time.sleep(SECONDS)
    os._exit(1)  # nobody reads a result or an error
