"""Engines: they train the parameters of a network by a plan, on data, from a seed.

`numpy_engine` is the reference, `numba_engine` the fast one; both follow `separatrix.engine.base.Engine`.
"""

from __future__ import annotations

from importlib.util import find_spec

from separatrix import check
from separatrix.engine.base import Engine

ENGINES = ("auto", "numpy", "numba")


def get_engine(name: str = "auto") -> Engine:
    """Return an engine by name; `auto` is the compiled one if Numba is installed.

    Examples
    --------
    >>> get_engine("numpy").name
    'numpy'
    """
    check.choice("engine", name, ENGINES)
    if name == "numba" or (name == "auto" and find_spec("numba") is not None):
        from separatrix.engine.numba_engine import NumbaEngine

        return NumbaEngine()
    from separatrix.engine.numpy_engine import NumpyEngine

    return NumpyEngine()
