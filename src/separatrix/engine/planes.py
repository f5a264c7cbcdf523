"""Arrays as kernels are given them: an address and a pitch, so that a call passes two words for each.

An array of Numba has seven words or more, a reference count and negative indices: calls with a dozen arrays
took longer than the arithmetic of a small layer. A plane is indexed as an array is, ``A[u, r]`` or
``rows[r]``. It has no length, and its owner must outlive it. Without the compiler (``NUMBA_DISABLE_JIT=1``)
it is the array.

This module uses internals of Numba; see `lanes_llvm`.
"""

from __future__ import annotations

import operator
from typing import Any

from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, register_model
from numba.np.arrayobj import make_array

from separatrix.engine._jit import IS_COMPILED

if not IS_COMPILED:

    def plane(array: Any) -> Any:
        """Return the array itself."""
        return array

    def planes(arrays: Any) -> Any:
        """Return the arrays themselves."""
        return arrays

    def pitch(A: Any) -> int:
        """Return the distance between rows, in numbers: the length of a row."""
        return int(A.shape[-1])

    def rows_from(A: Any, u: int) -> Any:
        """Return the rows from u on."""
        return A[u:]


class Plane(types.Type):
    """The Numba type of an array of one or two dimensions without its length."""

    def __init__(self, dtype: types.Type) -> None:
        self.dtype = dtype
        super().__init__(name=f"Plane({dtype})")


@register_model(Plane)
class _PlaneModel(models.StructModel):
    def __init__(self, manager: Any, kind: Plane) -> None:
        super().__init__(manager, kind, [("data", types.CPointer(kind.dtype)), ("pitch", types.int64)])


def parts(context: Any, builder: Any, kind: Plane, value: Any) -> Any:
    """Return the struct of a plane, with `data` and `pitch`."""
    return cgutils.create_struct_proxy(kind)(context, builder, value)


def _plane(context: Any, builder: Any, kind: types.Array, value: Any) -> Any:
    array = make_array(kind)(context, builder, value)
    light = parts(context, builder, Plane(kind.dtype), None)
    light.data, light.pitch = array.data, cgutils.unpack_tuple(builder, array.shape)[-1]
    return light._getvalue()


if IS_COMPILED:

    @intrinsic
    def plane(_context, array):
        """Return an array, C-ordered, as a plane."""

        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return _plane(context, builder, array, arguments[0])

        return Plane(array.dtype)(array), codegen

    @intrinsic
    def planes(_context, arrays):
        """Return a named tuple of arrays as one of planes."""
        kinds = [Plane(kind.dtype) for kind in arrays]

        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            values = cgutils.unpack_tuple(builder, arguments[0])
            pairs = zip(arrays, values, strict=True)
            light = [_plane(context, builder, kind, value) for kind, value in pairs]
            return context.make_tuple(builder, signature.return_type, light)

        return types.BaseTuple.from_types(kinds, arrays.instance_class)(arrays), codegen

    @intrinsic
    def pitch(_context, A):
        """Return the distance between rows, in numbers: the length of a row."""

        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return parts(context, builder, A, arguments[0]).pitch

        return types.int64(A), codegen

    @intrinsic
    def rows_from(_context, A, u):
        """Return the rows from u on."""

        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            rows = parts(context, builder, A, arguments[0])
            rows.data = builder.gep(rows.data, [builder.mul(arguments[1], rows.pitch)])
            return rows._getvalue()

        return A(A, types.int64), codegen


def _index(index: types.Type) -> types.Type:
    return types.UniTuple(types.int64, 2) if isinstance(index, types.BaseTuple) else types.int64


@infer_global(operator.getitem)
class _Get(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        A, index = args
        return signature(A.dtype, A, _index(index)) if isinstance(A, Plane) else None


@infer_global(operator.setitem)
class _Set(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        A, index, _ = args
        return signature(types.none, A, _index(index), A.dtype) if isinstance(A, Plane) else None


def _element(context: Any, builder: Any, kind: Plane, value: Any, index: Any, is_pair: bool) -> Any:
    A = parts(context, builder, kind, value)
    if is_pair:
        u, r = cgutils.unpack_tuple(builder, index)
        index = builder.add(builder.mul(u, A.pitch), r)
    return builder.gep(A.data, [index])


@lower_builtin(operator.getitem, Plane, types.Any)
def _get(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    kind, index = signature.args
    array, at = arguments
    return builder.load(_element(context, builder, kind, array, at, isinstance(index, types.BaseTuple)))


@lower_builtin(operator.setitem, Plane, types.Any, types.Any)
def _set(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    kind, index, _ = signature.args
    array, at, value = arguments
    builder.store(value, _element(context, builder, kind, array, at, isinstance(index, types.BaseTuple)))
    return context.get_dummy_value()
