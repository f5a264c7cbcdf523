"""Interrupt: Ctrl-C stops training after the current chunk."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, ClassVar

Handler = Callable[[int, FrameType | None], Any]


class Interrupt:
    """A context in which the first Ctrl-C sets `requested`; a second goes to the handler that was set before.

    Only the main thread receives signals: in another thread the context follows the one that the main thread
    is in, and so does a context inside another, such as that of a training of a search. A handler that is not
    Python's (ignored, or the system's) is not changed.

    Examples
    --------
    >>> with Interrupt() as interrupt:
    ...     signal.raise_signal(signal.SIGINT)
    ...     interrupt.requested
    True
    """

    _of_main_thread: ClassVar[Interrupt | None] = None

    def __init__(self) -> None:
        self._received = False
        self._followed: Interrupt | None = None
        self._outer: Interrupt | None = None
        self._previous: Handler | None = None
        self._raises = False

    @property
    def requested(self) -> bool:
        """Whether Ctrl-C was pressed."""
        return self._received or (self._followed is not None and self._followed.requested)

    @contextmanager
    def raised(self) -> Iterator[None]:
        """Raise KeyboardInterrupt within the block, in which nothing else can notice Ctrl-C.

        Raises
        ------
        KeyboardInterrupt
            At Ctrl-C, or if it was pressed before.
        """
        handling = self._followed or self
        before, handling._raises = handling._raises, True
        try:
            if self.requested:
                raise KeyboardInterrupt
            yield
        finally:
            handling._raises = before

    def __enter__(self) -> Interrupt:
        outer = Interrupt._of_main_thread
        if threading.current_thread() is not threading.main_thread():
            self._followed = outer
            return self
        current = signal.getsignal(signal.SIGINT)
        if outer is not None and current == outer._handle:
            self._followed = outer
        elif callable(current):
            self._outer, self._previous = outer, current
            signal.signal(signal.SIGINT, self._handle)
            Interrupt._of_main_thread = self
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._previous is None:
            return
        try:
            signal.signal(signal.SIGINT, self._previous)
        finally:  # also if Ctrl-C comes now
            Interrupt._of_main_thread = self._outer

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self._received and self._previous is not None:
            self._previous(number, frame)
        self._received = True
        if self._raises:
            raise KeyboardInterrupt


@contextmanager
def complete_or_interrupted() -> Iterator[None]:
    """Raise KeyboardInterrupt at Ctrl-C, also where a training in the block ends and keeps what it has.

    For trainings that are of use only as a whole: the scores of a network that Ctrl-C has ended are not those
    of the networks that it stands for.

    Raises
    ------
    KeyboardInterrupt
        At Ctrl-C; at the end of the block if a training has caught it.
    """
    with Interrupt() as interrupt:
        with interrupt.raised():
            yield
        if interrupt.requested:
            raise KeyboardInterrupt
