"""Work in another thread: Ctrl-C ends the wait for it, not the work; the end of the interpreter ends both."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from separatrix.engine.background import interruptible

ENDING = """
import os, signal, threading
signal.signal(signal.SIGINT, signal.default_int_handler)
from separatrix.engine.background import interruptible

def work():
    threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
    while True:
        try:
            while True:
                pass
        except SystemExit:
            print("given up", flush=True)
            raise

try:
    interruptible(work)
except KeyboardInterrupt:
    print("back", flush=True)
"""


def test_the_answer_or_the_error_comes_back():
    assert interruptible(lambda: threading.current_thread().name) == "separatrix-compiler"
    with pytest.raises(ZeroDivisionError):
        interruptible(lambda: 1 / 0)


def test_another_thread_does_the_work_itself():
    names = []
    thread = threading.Thread(target=lambda: names.append(interruptible(threading.get_ident)))
    thread.start()
    thread.join()
    assert names == [thread.ident]


@pytest.mark.skipif(os.name != "posix", reason="needs signals of POSIX")
def test_after_ctrl_c_the_work_goes_on():
    started, go_on, done = threading.Event(), threading.Event(), threading.Event()

    def work():
        started.set()
        go_on.wait(60)
        done.set()

    def press():
        started.wait(60)
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        threading.Thread(target=press).start()
        with pytest.raises(KeyboardInterrupt):
            interruptible(work)
    finally:
        signal.signal(signal.SIGINT, before)
    assert not done.is_set()
    go_on.set()
    assert done.wait(60)


@pytest.mark.process
@pytest.mark.skipif(os.name != "posix", reason="needs signals of POSIX")
def test_the_end_of_the_interpreter_gives_the_work_up():
    done = subprocess.run(
        [sys.executable, "-c", ENDING], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == ("back\ngiven up\n", "", 0)


@pytest.mark.skipif(not hasattr(os, "register_at_fork"), reason="needs fork")
def test_a_fork_waits_for_the_work():
    go_on, done = threading.Event(), threading.Event()

    def work():
        os.kill(os.getpid(), signal.SIGINT)
        go_on.wait(60)
        done.set()

    with pytest.raises(KeyboardInterrupt):
        interruptible(work)
    threading.Timer(0.1, go_on.set).start()
    child = os.fork()
    if child == 0:
        os._exit(0 if done.is_set() else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
