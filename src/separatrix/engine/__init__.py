"""Engines: they train the parameters of a network by a plan, on data, from a seed.

`numpy_engine` is the reference, `numba_engine` the fast one; both follow `separatrix.engine.base.Engine`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any, TypeVar

from separatrix import check
from separatrix.engine.base import Array, Chunk, Data, Engine, Objective, Plan, Run, Task
from separatrix.network import Network

ENGINES = ("auto", "numpy", "numba")

T = TypeVar("T")


def get_engine(name: str = "auto") -> Engine:
    """Return an engine by name; `auto` is the compiled one if Numba is installed and can compile it.

    Examples
    --------
    >>> get_engine("numpy").name
    'numpy'
    """
    check.choice("engine", name, ENGINES)
    if name == "numba":
        from separatrix.engine.numba_engine import NumbaEngine

        return NumbaEngine()
    if name == "auto" and find_spec("numba") is not None and AutoEngine.compiles:
        return AutoEngine()
    from separatrix.engine.numpy_engine import NumpyEngine

    return NumpyEngine()


def must_compile(engine: str, dtype: str) -> bool:
    """Return whether the first training with an engine must compile its kernels, which takes some seconds.

    Examples
    --------
    >>> must_compile("numpy", "float32")
    False
    """
    if get_engine(engine).name != "numba":
        return False
    from separatrix.engine import numba_engine

    return not numba_engine.kernels_ready(dtype)


class AutoEngine:
    """The compiled engine; after one warning the NumPy engine, if a kernel cannot be compiled here.

    Examples
    --------
    >>> AutoEngine().name
    'numba'
    """

    name = "numba"
    compiles = True
    """Whether no kernel has failed to compile in this process."""

    def prepare(self, run: Run) -> None:
        """Compile or load the kernels and make the run's workspace."""
        self._call(lambda engine: engine.prepare(run))

    def advance(self, tasks: Sequence[Task], n_threads: int = 1) -> list[Chunk]:
        """Advance every task's run, in place (see `separatrix.engine.base.Engine`)."""
        return self._call(lambda engine: engine.advance(tasks, n_threads))

    def loss_and_gradient(self, plan: Plan, theta: Array, data: Data) -> tuple[float, Array]:
        """Return the objective and its gradient (see `separatrix.engine.base.Engine`)."""
        return self._call(lambda engine: engine.loss_and_gradient(plan, theta, data))

    def objective(self, plan: Plan, data: Data, dtype: Any) -> Objective:
        """Return the objective as a function (see `separatrix.engine.base.Engine`)."""
        return self._call(lambda engine: engine.objective(plan, data, dtype))

    def loss_and_score(self, network: Network, theta: Array, data: Data) -> tuple[float, float]:
        """Return weighted mean loss and score (see `separatrix.engine.base.Engine`)."""
        return self._call(lambda engine: engine.loss_and_score(network, theta, data))

    def _call(self, method: Callable[[Engine], T]) -> T:
        if AutoEngine.compiles:
            try:
                from separatrix.engine._jit import KernelError
                from separatrix.engine.numba_engine import NumbaEngine
            except Exception as error:  # an import of Numba may fail in any way
                self._fall_back(error)
            else:
                try:
                    return method(NumbaEngine())
                except KernelError as error:
                    self._fall_back(error)
        from separatrix.engine.numpy_engine import NumpyEngine

        return method(NumpyEngine())

    @staticmethod
    def _fall_back(error: Exception) -> None:
        AutoEngine.compiles = False
        warnings.warn(
            f"the compiled engine does not work here, and the slower engine='numpy' is used: {error}; "
            "install a version of Numba that separatrix was tested with.",
            stacklevel=2,
        )
