"""No test, and no example in a docstring, leaves a figure open; files with long tests come first."""

from __future__ import annotations

import gc
import sys
from collections import Counter
from collections.abc import Generator, Iterator
from typing import Any

import pytest
from threadpoolctl import threadpool_limits

LONG = ("cluster", "memory", "process", "slow", "compiles")
"""Markers of tests that take long, the longest first."""


# Python looks for reference cycles after every 700 new objects, among all that thousands of tests keep. It
# took a tenth of the time.
gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def _one_blas_thread() -> Iterator[None]:
    """Let NumPy and SciPy compute in one thread, as tests of several workers share the cores.

    Two threads wait for each other at small products: a straight line of 120 rows took 15 to 40 ms of two
    cores, and 3 ms of one. Processes that tests start have as many as elsewhere.
    """
    with threadpool_limits(1, "blas"):
        yield


@pytest.fixture
def two_blas_threads() -> Iterator[None]:
    """Let NumPy and SciPy compute in two threads: a limit that is left behind is then seen."""
    with threadpool_limits(2, "blas"):
        yield


@pytest.fixture(autouse=True)
def _closed_figures() -> Iterator[None]:
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


COVERAGE = pytest.StashKey[Any]()
"""The coverage that pytest-cov has started, or None."""

COUNTED = pytest.StashKey[bool]()
"""Whether the lines that a test runs are counted."""

COUNTED_CASES = 3
"""Most cases of a parametrized test whose lines are counted."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put files with long tests first, so that several workers end at about the same time."""
    ranks: dict[object, int] = {}
    for item in items:
        ranks[item.path] = min(_rank(item), ranks.get(item.path, len(LONG)))
    items.sort(key=lambda item: ranks[item.path])


def _rank(item: pytest.Item) -> int:
    """Return the place of an item's marker in `LONG`; after all of them if it has none."""
    return next((i for i, name in enumerate(LONG) if item.get_closest_marker(name)), len(LONG))


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """With ``--cov``, count lines in the first cases of each quick test: in all of them it takes minutes."""
    cases: Counter[str] = Counter()
    for item in session.items:  # those that are left by -k and -m
        test = item.nodeid.partition("[")[0]
        item.stash[COUNTED] = cases[test] < COUNTED_CASES and _rank(item) == len(LONG)
        cases[test] += item.stash[COUNTED]
    running = sys.modules["coverage"].Coverage.current() if "coverage" in sys.modules else None
    session.config.stash[COVERAGE] = running
    if running is not None:
        running.stop()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Count the lines that a test runs, if they are to be counted."""
    coverage = item.config.stash[COVERAGE]
    if coverage is None or not item.stash[COUNTED]:
        return (yield)
    coverage.start()
    try:
        return (yield)
    finally:
        coverage.stop()
