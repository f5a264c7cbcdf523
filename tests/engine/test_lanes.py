"""The two implementations of vectors have the same functions."""

from __future__ import annotations

from separatrix.engine import lanes, lanes_llvm, lanes_numpy, tiles_llvm


def test_both_modules_have_the_same_functions():
    assert lanes_numpy.__all__ == sorted([*lanes_llvm.__all__, *tiles_llvm.__all__])
    for module in (lanes_llvm, tiles_llvm):
        for name in module.__all__:
            assert getattr(lanes, name) is getattr(module, name)
            assert getattr(lanes_numpy, name).__doc__
