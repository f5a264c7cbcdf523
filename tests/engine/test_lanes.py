"""The two implementations of vectors have the same functions."""

from __future__ import annotations

from separatrix.engine import lanes, lanes_llvm, lanes_numpy


def test_both_modules_have_the_same_functions():
    assert lanes_numpy.__all__ == lanes_llvm.__all__
    for name in lanes_llvm.__all__:
        assert getattr(lanes, name) is getattr(lanes_llvm, name)
        assert getattr(lanes_numpy, name).__doc__
