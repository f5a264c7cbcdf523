import signal
import threading
from contextlib import suppress

import pytest

from separatrix.train.interrupt import Interrupt, complete_or_interrupted


def test_the_second_signal_goes_to_the_handler_before():
    with Interrupt() as interrupt:
        signal.raise_signal(signal.SIGINT)
        assert interrupt.requested
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("handler", [signal.SIG_IGN, signal.SIG_DFL])
def test_a_handler_that_is_not_pythons_stays(handler):
    before = signal.signal(signal.SIGINT, handler)
    try:
        with Interrupt():
            assert signal.getsignal(signal.SIGINT) is handler
        assert signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_another_thread_touches_no_handler():
    seen = []

    def work() -> None:
        with Interrupt() as interrupt:
            seen.append((signal.getsignal(signal.SIGINT), interrupt.requested))

    thread = threading.Thread(target=work)
    before = signal.getsignal(signal.SIGINT)
    thread.start()
    thread.join()
    assert seen == [(before, False)]


def test_within_raised_ctrl_c_raises_at_once():
    with Interrupt() as interrupt:
        with pytest.raises(KeyboardInterrupt), interrupt.raised():
            signal.raise_signal(signal.SIGINT)
        assert interrupt.requested
        with pytest.raises(KeyboardInterrupt), interrupt.raised():
            raise AssertionError("Ctrl-C was pressed before")
    with Interrupt() as interrupt:
        with interrupt.raised():
            pass
        signal.raise_signal(signal.SIGINT)
        assert interrupt.requested


def test_a_context_inside_another_follows_it():
    before = signal.getsignal(signal.SIGINT)
    with Interrupt() as outer:
        handler = signal.getsignal(signal.SIGINT)
        with Interrupt() as inner:
            assert signal.getsignal(signal.SIGINT) == handler
            signal.raise_signal(signal.SIGINT)
            assert inner.requested
            with pytest.raises(KeyboardInterrupt), inner.raised():
                raise AssertionError("Ctrl-C was pressed before")
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
        assert outer.requested
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_at_the_start_of_a_context_leaves_the_next_one_whole(monkeypatch):
    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGINT)
    with monkeypatch.context() as patch:
        patch.setattr(signal, "signal", interrupted)
        with pytest.raises(KeyboardInterrupt), Interrupt():
            raise AssertionError("the context was entered")
    with Interrupt() as interrupt:
        signal.raise_signal(signal.SIGINT)
        assert interrupt.requested
    assert signal.getsignal(signal.SIGINT) is before
    with Interrupt() as interrupt:
        assert not interrupt.requested


def test_a_context_whose_handler_was_replaced_is_not_followed():
    with Interrupt() as outer:
        handler = signal.getsignal(signal.SIGINT)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with Interrupt() as inner:
            signal.raise_signal(signal.SIGINT)
            assert inner.requested
            assert not outer.requested
        signal.signal(signal.SIGINT, handler)


@pytest.mark.parametrize("catches", [True, False])
def test_a_block_that_must_be_complete_raises_also_if_a_training_catches_ctrl_c(catches):
    passed = []

    def train():
        with Interrupt() as inner, suppress(KeyboardInterrupt) if catches else inner.raised():
            signal.raise_signal(signal.SIGINT)
        passed.append(inner.requested)

    with pytest.raises(KeyboardInterrupt), complete_or_interrupted():
        train()
    assert passed == [True] * catches
    with complete_or_interrupted():
        passed.append(True)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
