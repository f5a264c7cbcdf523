"""Background: work in another thread, for which the main thread waits until Ctrl-C.

Python handles Ctrl-C in the main thread only, and not while LLVM optimises a kernel there.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import sys
import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")

SECONDS = 0.05  # between two looks; on Windows Ctrl-C comes only between them


def interruptible(work: Callable[[], T]) -> T:
    """Return what `work` returns; in the main thread Ctrl-C raises `KeyboardInterrupt` at once.

    The work then goes on in the background, and is given up when the interpreter ends.

    Examples
    --------
    >>> interruptible(lambda: 1 + 1)
    2
    """
    if threading.current_thread() is not threading.main_thread():
        return work()
    background = _Background(work)
    background.start()
    while not background.finished.wait(SECONDS):
        pass
    if background.error is not None:
        raise background.error
    return background.answer


class _Background(threading.Thread, Generic[T]):
    answer: T

    def __init__(self, work: Callable[[], T]) -> None:
        super().__init__(name="separatrix-compiler", daemon=True)
        self.work, self.finished = work, threading.Event()
        self.error: BaseException | None = None
        _working.add(self)

    def run(self) -> None:
        try:
            self.answer = self.work()
        except BaseException as error:  # it is raised where the work is waited for
            self.error = error
        finally:
            _working.discard(self)
            self.finished.set()


_working: set[_Background[Any]] = set()  # and those that could not be started


@atexit.register
def _give_up() -> None:
    # A thread that is still in LLVM when the interpreter ends could crash it. Python raises the error when
    # LLVM returns from what it is at; code that swallows it, such as a finaliser, gets another.
    while alive := [thread for thread in list(_working) if thread.is_alive()]:
        sys.unraisablehook = lambda _: None
        for thread in alive:
            error = ctypes.py_object(SystemExit)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), error)
        alive[0].join(SECONDS)


def _wait() -> None:
    # A child process would have the locks and settings of a thread that does not go on in it.
    for thread in list(_working):
        if thread.is_alive() and thread is not threading.current_thread():
            thread.finished.wait()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(before=_wait)
