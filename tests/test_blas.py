from __future__ import annotations

import threading

import pytest
from threadpoolctl import threadpool_info

from separatrix.blas import one_blas_thread

pytestmark = pytest.mark.usefixtures("two_blas_threads")


def blas_threads() -> list[int]:
    return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]


def test_blas_has_one_thread_and_then_those_it_had() -> None:
    before = blas_threads()
    assert set(before) == {2}
    with one_blas_thread:
        assert set(blas_threads()) == {1}
    assert blas_threads() == before


def test_the_last_to_leave_lifts_the_limit() -> None:
    before = blas_threads()
    inside, leave = threading.Event(), threading.Event()

    def other() -> None:
        with one_blas_thread:
            inside.set()
            leave.wait(10)

    thread = threading.Thread(target=other)
    with one_blas_thread:
        thread.start()
        inside.wait(10)
    assert set(blas_threads()) == {1}  # the other thread is still in it
    leave.set()
    thread.join()
    assert blas_threads() == before
