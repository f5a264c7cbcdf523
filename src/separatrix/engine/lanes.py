"""Vectors of lanes for kernels: one CPU register of neighbouring rows, with arithmetic.

A vector fills `VECTOR_BYTES`: 16 float32 or 8 float64 where there is AVX-512, else half as many. Compiled, it
is a Numba type (`lanes_llvm`, and `tiles_llvm` for several of them); without the compiler
(``NUMBA_DISABLE_JIT=1``) it is a NumPy array (`lanes_numpy`), so that kernels run unchanged.
"""

from __future__ import annotations

from separatrix.engine._jit import IS_COMPILED

if IS_COMPILED:
    from separatrix.engine.lanes_llvm import *  # noqa: F403
    from separatrix.engine.tiles_llvm import *  # noqa: F403
else:
    from separatrix.engine.lanes_numpy import *  # noqa: F403
