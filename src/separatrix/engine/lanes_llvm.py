"""Vectors of lanes as a Numba type with operators, each lowered to one LLVM instruction.

Loops over rows that the compiler vectorises by itself cost some 15 ns each for the proof that no array
overlaps another: more than the arithmetic of a small network. Here the vector is explicit.

This module uses internals of Numba (`numba.core`), which may change with any version of it; `tests/engine`
fails then.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, register_model

from separatrix.engine._jit import VECTOR_BYTES
from separatrix.engine.planes import Plane, parts

__all__ = [
    "absolute",
    "add_sum",
    "lanes",
    "load",
    "maximum",
    "minimum",
    "power_of_two",
    "rint",
    "root",
    "split_exponent",
    "spread",
    "store",
    "store_before",
    "total",
    "where",
    "zeros",
]

# Not `reassoc`: a kernel's vectors add up in the order written.
FLAGS = ("nsz", "arcp", "contract", "afn")


class Vector(types.Type):
    """The Numba type of a vector of float32 or float64, or of truth values (a mask)."""

    def __init__(self, element: types.Type, n_lanes: int) -> None:
        self.element, self.n_lanes = element, n_lanes
        super().__init__(name=f"Vector({element} x {n_lanes})")


@register_model(Vector)
class _VectorModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Vector) -> None:
        bits = (
            ir.IntType(1) if kind.element == types.boolean else manager.lookup(kind.element).get_value_type()
        )
        super().__init__(manager, kind, ir.VectorType(bits, kind.n_lanes))


def like(array: Plane) -> Vector:
    return Vector(array.dtype, VECTOR_BYTES * 8 // array.dtype.bitwidth)


def splat(builder: Any, scalar: Any, n_lanes: int) -> Any:
    undefined = ir.Constant(ir.VectorType(scalar.type, n_lanes), ir.Undefined)
    one_lane = builder.insert_element(undefined, scalar, ir.Constant(ir.IntType(32), 0))
    lanes_of_first = ir.Constant(ir.VectorType(ir.IntType(32), n_lanes), None)
    return builder.shuffle_vector(one_lane, undefined, lanes_of_first)


def _as_vector(context: Any, builder: Any, value: Any, kind: types.Type, wanted: Vector) -> Any:
    if isinstance(kind, Vector):
        return value
    return splat(builder, context.cast(builder, value, kind, wanted.element), wanted.n_lanes)


def element_pointer(context: Any, builder: Any, kind: Plane, array: Any, index: Any) -> Any:
    return builder.gep(parts(context, builder, kind, array).data, [index])


def vector_pointer(context: Any, builder: Any, kind: Plane, array: Any, u: Any, r: Any) -> Any:
    index = builder.add(builder.mul(u, parts(context, builder, kind, array).pitch), r)
    element = element_pointer(context, builder, kind, array, index)
    return builder.bitcast(element, context.get_value_type(like(kind)).as_pointer())


def _llvm(builder: Any, name: str, kind: Any, arguments: Any, result: Any = None, flags: Any = FLAGS) -> Any:
    result = kind if result is None else result
    suffix = f"v{kind.count}f{32 if isinstance(kind.element, ir.FloatType) else 64}"
    function = cgutils.get_or_insert_function(
        builder.module, ir.FunctionType(result, [a.type for a in arguments]), f"llvm.{name}.{suffix}"
    )
    return builder.call(function, arguments, fastmath=flags)


@intrinsic
def lanes(_context, A):
    """Return how many numbers of an array's dtype fill a vector."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return ir.Constant(ir.IntType(64), like(A).n_lanes)

    return types.int64(A), codegen


@intrinsic
def load(_context, A, u, r):
    """Return ``A[u, r : r + lanes]``."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = vector_pointer(context, builder, A, *arguments)
        return builder.load(pointer, align=A.dtype.bitwidth // 8)

    return like(A)(A, types.int64, types.int64), codegen


@intrinsic
def store(_context, A, u, r, v):
    """Set ``A[u, r : r + lanes]``."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, u, r, vector = arguments
        pointer = vector_pointer(context, builder, A, array, u, r)
        builder.store(vector, pointer, align=A.dtype.bitwidth // 8)
        return context.get_dummy_value()

    return types.none(A, types.int64, types.int64, like(A)), codegen


@intrinsic
def store_before(_context, A, u, r, end, v):
    """Set ``A[u, r : r + lanes]``, as far as column `end`."""
    n_lanes, integer = like(A).n_lanes, ir.IntType(64)

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, u, r, end, vector = arguments
        pointer = vector_pointer(context, builder, A, array, u, r)
        offsets = ir.Constant(ir.VectorType(integer, n_lanes), list(range(n_lanes)))
        inside = builder.icmp_signed("<", offsets, splat(builder, builder.sub(end, r), n_lanes))
        values = [vector, pointer, ir.Constant(ir.IntType(32), A.dtype.bitwidth // 8), inside]
        kind = ir.FunctionType(ir.VoidType(), [value.type for value in values])
        name = f"llvm.masked.store.v{n_lanes}f{A.dtype.bitwidth}.p0"
        builder.call(cgutils.get_or_insert_function(builder.module, kind, name), values)
        return context.get_dummy_value()

    return types.none(A, types.int64, types.int64, types.int64, like(A)), codegen


@intrinsic
def spread(_context, theta, p):
    """Return a vector whose every lane is ``theta[p]``."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        scalar = builder.load(element_pointer(context, builder, theta, *arguments))
        return splat(builder, scalar, like(theta).n_lanes)

    return like(theta)(theta, types.int64), codegen


@intrinsic
def zeros(_context, A):
    """Return a vector of zeros of an array's dtype."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return ir.Constant(context.get_value_type(like(A)), None)

    return like(A)(A), codegen


def _sum(builder: Any, vector: Any) -> Any:
    element = vector.type.element
    return _llvm(
        builder,
        "vector.reduce.fadd",
        vector.type,
        [ir.Constant(element, -0.0), vector],
        element,
        (*FLAGS, "reassoc"),
    )


@intrinsic
def add_sum(_context, gradient, p, v):
    """Add the sum of the lanes to ``gradient[p]``."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, p, vector = arguments
        pointer = element_pointer(context, builder, gradient, array, p)
        builder.store(builder.fadd(builder.load(pointer), _sum(builder, vector)), pointer)
        return context.get_dummy_value()

    return types.none(gradient, types.int64, v), codegen


@intrinsic
def total(_context, v):
    """Return the sum of the lanes."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _sum(builder, arguments[0])

    return v.element(v), codegen


@intrinsic
def where(_context, mask, a, b):
    """Return `a` in the lanes where the mask is true, else `b`."""
    wanted = a if isinstance(a, Vector) else b

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        condition, x, y = arguments
        x = _as_vector(context, builder, x, a, wanted)
        return builder.select(condition, x, _as_vector(context, builder, y, b, wanted))

    return wanted(mask, a, b), codegen


def _two_vectors(relation: str) -> Any:
    """Return a function that gives `a` where the relation holds or one of the two is NaN, else `b`."""

    @intrinsic
    def both(_context, a, b):
        wanted = a if isinstance(a, Vector) else b

        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            kinds = zip(arguments, (a, b), strict=True)
            x, y = (_as_vector(context, builder, value, kind, wanted) for value, kind in kinds)
            # minnum and maxnum would give the number beside a NaN, and so hide that a training has failed
            return builder.select(builder.fcmp_unordered(relation, x, y), x, y)

        return wanted(a, b), codegen

    return both


def _one_vector(name: str) -> Any:
    @intrinsic
    def one(_context, v):
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return _llvm(builder, name, arguments[0].type, arguments)

        return v(v), codegen

    return one


minimum, maximum = _two_vectors("<="), _two_vectors(">=")
absolute, rint, root = _one_vector("fabs"), _one_vector("rint"), _one_vector("sqrt")


def _bits(kind: Vector) -> tuple[Any, int, int]:
    """Return the integer vector as wide as this one, its mantissa's bits and its exponent's bias."""
    width = kind.element.bitwidth
    mantissa, bias = (23, 127) if width == 32 else (52, 1023)
    return ir.VectorType(ir.IntType(width), kind.n_lanes), mantissa, bias


def _each(kind: Any, value: int) -> Any:
    return ir.Constant(kind, [value] * kind.count)


@intrinsic
def power_of_two(_context, k):
    """Return ``2 ** k`` for integers k as floats, within the range of normal numbers."""
    integers, mantissa, bias = _bits(k)

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        narrow = ir.VectorType(ir.IntType(32), k.n_lanes)  # every CPU turns floats into 32-bit integers
        exponent = builder.add(builder.fptosi(arguments[0], narrow), _each(narrow, bias))
        if integers != narrow:
            exponent = builder.zext(exponent, integers)
        return builder.bitcast(builder.shl(exponent, _each(integers, mantissa)), arguments[0].type)

    return k(k), codegen


@intrinsic
def split_exponent(_context, x):
    """Return k and m with ``x = 2 ** k m`` and m in [sqrt(1/2), sqrt(2)), for normal x > 0."""
    integers, mantissa, _ = _bits(x)
    root_half = (
        int(np.float32(0.5**0.5).view(np.int32))
        if mantissa == 23
        else int(np.float64(0.5**0.5).view(np.int64))
    )

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        bits = builder.bitcast(arguments[0], integers)
        k = builder.ashr(builder.sub(bits, _each(integers, root_half)), _each(integers, mantissa))
        m = builder.bitcast(builder.sub(bits, builder.shl(k, _each(integers, mantissa))), arguments[0].type)
        narrow = ir.VectorType(ir.IntType(32), x.n_lanes)
        k = builder.sitofp(k if integers == narrow else builder.trunc(k, narrow), arguments[0].type)
        return context.make_tuple(builder, signature.return_type, (k, m))

    return types.UniTuple(x, 2)(x), codegen


_ARITHMETIC = {operator.add: "fadd", operator.sub: "fsub", operator.mul: "fmul", operator.truediv: "fdiv"}
_COMPARISONS = {
    operator.gt: ">",
    operator.ge: ">=",
    operator.lt: "<",
    operator.le: "<=",
    operator.eq: "==",
    operator.ne: "!=",
}


class _Arithmetic(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        vectors = [a for a in args if isinstance(a, Vector)]
        if len(args) == 2 and vectors and all(isinstance(a, (Vector, types.Number)) for a in args):
            return signature(vectors[0], *args)
        return None


class _Comparison(_Arithmetic):
    def generic(self, args: Any, kws: Any) -> Any:
        found = super().generic(args, kws)
        if found is None:
            return None
        return signature(Vector(types.boolean, found.return_type.n_lanes), *args)


class _Negation(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        return signature(args[0], *args) if isinstance(args[0], Vector) else None


def _operands(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    wanted = next(kind for kind in signature.args if isinstance(kind, Vector))
    pairs = zip(arguments, signature.args, strict=True)
    return [_as_vector(context, builder, value, kind, wanted) for value, kind in pairs]


def _lower_arithmetic(function: Any, instruction: str) -> None:
    def lower(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        a, b = _operands(context, builder, signature, arguments)
        return getattr(builder, instruction)(a, b, flags=FLAGS)

    _for_both_sides(function, lower)


def _lower_comparison(function: Any, relation: str) -> None:
    def lower(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        a, b = _operands(context, builder, signature, arguments)
        compare = builder.fcmp_unordered if relation == "!=" else builder.fcmp_ordered
        return compare(relation, a, b)

    _for_both_sides(function, lower)


def _for_both_sides(function: Any, lower: Any) -> None:
    for a, b in ((Vector, Vector), (Vector, types.Number), (types.Number, Vector)):
        lower_builtin(function, a, b)(lower)


for _function, _instruction in _ARITHMETIC.items():
    infer_global(_function)(type("_Arithmetic", (_Arithmetic,), {}))
    _lower_arithmetic(_function, _instruction)
for _function, _relation in _COMPARISONS.items():
    infer_global(_function)(type("_Comparison", (_Comparison,), {}))
    _lower_comparison(_function, _relation)
infer_global(operator.neg)(_Negation)


@lower_builtin(operator.neg, Vector)
def _negate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    return builder.fneg(arguments[0], flags=FLAGS)
