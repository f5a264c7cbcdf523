"""No test, and no example in a docstring, leaves a figure open; files with long tests come first."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

LONG = ("cluster", "memory", "process", "slow", "compiles")
"""Markers of tests that take long, the longest first."""


@pytest.fixture(autouse=True)
def _closed_figures() -> Iterator[None]:
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put files with long tests first, so that several workers end at about the same time."""
    ranks: dict[object, int] = {}
    for item in items:
        rank = next((i for i, name in enumerate(LONG) if item.get_closest_marker(name)), len(LONG))
        ranks[item.path] = min(rank, ranks.get(item.path, rank))
    items.sort(key=lambda item: ranks[item.path])
