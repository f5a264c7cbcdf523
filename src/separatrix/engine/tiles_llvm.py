"""Tiles of four vectors, and squares of as many vectors as lanes, for products of matrices.

This module uses internals of Numba; see `lanes_llvm`.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from separatrix.engine.lanes_llvm import FLAGS, element_pointer, like, splat, vector_pointer

__all__ = [
    "add_product",
    "add_sums",
    "add_tile",
    "load_rows",
    "load_square",
    "load_tile",
    "spread_tile",
    "store_square",
    "store_tile",
    "turned",
    "zero_tile",
]


def _following(builder: Any, u: Any, n: int) -> list[Any]:
    return [builder.add(u, ir.Constant(u.type, k)) for k in range(n)]


def _tile_of(A: Any) -> types.UniTuple:
    return types.UniTuple(like(A), 4)


@intrinsic
def load_tile(_context, A, u, r):
    """Return a tile: four vectors, of rows u to u + 3."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, u, r = arguments
        pointers = [vector_pointer(context, builder, A, array, row, r) for row in _following(builder, u, 4)]
        vectors = [builder.load(pointer, align=A.dtype.bitwidth // 8) for pointer in pointers]
        return context.make_tuple(builder, signature.return_type, vectors)

    return _tile_of(A)(A, types.int64, types.int64), codegen


@intrinsic
def store_tile(_context, A, u, r, tile):
    """Set four vectors, of rows u to u + 3."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, u, r, tile = arguments
        for row, vector in zip(_following(builder, u, 4), cgutils.unpack_tuple(builder, tile), strict=True):
            pointer = vector_pointer(context, builder, A, array, row, r)
            builder.store(vector, pointer, align=A.dtype.bitwidth // 8)
        return context.get_dummy_value()

    return types.none(A, types.int64, types.int64, _tile_of(A)), codegen


@intrinsic
def spread_tile(_context, theta, p, step):
    """Return four vectors: all lanes of the first are ``theta[p]``, of the next ``theta[p + step]``."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, p, step = arguments
        vectors = []
        for _ in range(4):
            scalar = builder.load(element_pointer(context, builder, theta, array, p))
            vectors.append(splat(builder, scalar, like(theta).n_lanes))
            p = builder.add(p, step)
        return context.make_tuple(builder, signature.return_type, vectors)

    return _tile_of(theta)(theta, types.int64, types.int64), codegen


@intrinsic
def zero_tile(_context, A):
    """Return four vectors of zeros of an array's dtype."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return ir.Constant(context.get_value_type(signature.return_type), None)

    return _tile_of(A)(A), codegen


@intrinsic
def add_product(_context, tile, v, factors):
    """Return a tile plus the products of a vector and the vectors of another tile."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        tile, v, factors = arguments
        pairs = zip(cgutils.unpack_tuple(builder, tile), cgutils.unpack_tuple(builder, factors), strict=True)
        sums = [builder.fadd(s, builder.fmul(v, f, flags=FLAGS), flags=FLAGS) for s, f in pairs]
        return context.make_tuple(builder, signature.return_type, sums)

    return tile(tile, v, factors), codegen


def _add_halves(builder: Any, a: Any, b: Any, size: int, block: int) -> Any:
    """Return a vector of sums, of `a` and `b` in turn.

    In every block of lanes the first half of each is added to its second; `size` lanes of `a` come first,
    then as many of `b`, and so on.
    """
    n = a.type.count
    starts = [k + j for k in range(0, n, block) for j in range(0, block // 2, size)]
    first = [s + lane for start in starts for s in (start, n + start) for lane in range(size)]
    indices = ir.VectorType(ir.IntType(32), n)
    halves = [
        builder.shuffle_vector(a, b, ir.Constant(indices, [i + half for i in first]))
        for half in (0, block // 2)
    ]
    return builder.fadd(*halves, flags=FLAGS)


def _four_sums(builder: Any, vectors: Any) -> Any:
    """Return the vector of four vectors' sums; turned while they are added, in 13 instructions for 32."""
    a, b, c, d = vectors
    block = 4 if isinstance(a.type.element, ir.FloatType) else 2  # shuffles within 128 bits are quick
    pairs = _add_halves(builder, a, b, 1, block), _add_halves(builder, c, d, 1, block)
    v = _add_halves(builder, pairs[0], pairs[1], 2, 4)
    while v.type.count > 4:
        half = v.type.count // 2
        indices = ir.VectorType(ir.IntType(32), half)
        halves = [
            builder.shuffle_vector(v, v, ir.Constant(indices, list(range(start, start + half))))
            for start in (0, half)
        ]
        v = builder.fadd(*halves, flags=FLAGS)
    return v


@intrinsic(prefer_literal=True)
def add_sums(_context, gradient, p, step, tile):
    """Add the sums of the four vectors' lanes to ``gradient[p]``, ``gradient[p + step]`` and so on."""
    side_by_side = isinstance(step, types.IntegerLiteral) and step.literal_value == 1

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, p, step, tile = arguments
        sums = _four_sums(builder, cgutils.unpack_tuple(builder, tile))
        if side_by_side:
            pointer = element_pointer(context, builder, gradient, array, p)
            pointer = builder.bitcast(pointer, sums.type.as_pointer())
            size = gradient.dtype.bitwidth // 8
            whole = builder.fadd(builder.load(pointer, align=size), sums, flags=FLAGS)
            builder.store(whole, pointer, align=size)
            return context.get_dummy_value()
        for lane in range(4):
            pointer = element_pointer(context, builder, gradient, array, p)
            scalar = builder.extract_element(sums, ir.Constant(ir.IntType(32), lane))
            builder.store(builder.fadd(builder.load(pointer), scalar), pointer)
            p = builder.add(p, step)
        return context.get_dummy_value()

    return types.none(gradient, types.int64, step if side_by_side else types.int64, tile), codegen


@intrinsic
def add_tile(_context, gradient, p, step, tile):
    """Add four vectors to the numbers from ``gradient[p]`` on, ``gradient[p + step]`` and so on."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, p, step, tile = arguments
        size = gradient.dtype.bitwidth // 8
        for vector in cgutils.unpack_tuple(builder, tile):
            pointer = element_pointer(context, builder, gradient, array, p)
            pointer = builder.bitcast(pointer, vector.type.as_pointer())
            whole = builder.fadd(builder.load(pointer, align=size), vector, flags=FLAGS)
            builder.store(whole, pointer, align=size)
            p = builder.add(p, step)
        return context.get_dummy_value()

    return types.none(gradient, types.int64, types.int64, tile), codegen


def _square_of(A: Any) -> types.UniTuple:
    return types.UniTuple(like(A), like(A).n_lanes)


@intrinsic
def load_square(_context, A, u, r):
    """Return a square, as many vectors as lanes: columns from r on, of the rows from u on."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, u, r = arguments
        rows = _following(builder, u, like(A).n_lanes)
        pointers = [vector_pointer(context, builder, A, array, row, r) for row in rows]
        vectors = [builder.load(pointer, align=A.dtype.bitwidth // 8) for pointer in pointers]
        return context.make_tuple(builder, signature.return_type, vectors)

    return _square_of(A)(A, types.int64, types.int64), codegen


@intrinsic
def load_rows(_context, A, order, start, r):
    """Return a square as `load_square` does, of the rows ``order[start]``, ``order[start + 1]`` and so on."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, numbers, start, r = arguments
        vectors = []
        for place in _following(builder, start, like(A).n_lanes):
            row = builder.load(element_pointer(context, builder, order, numbers, place))
            row = builder.sext(row, ir.IntType(64))
            pointer = vector_pointer(context, builder, A, array, row, r)
            vectors.append(builder.load(pointer, align=A.dtype.bitwidth // 8))
        return context.make_tuple(builder, signature.return_type, vectors)

    return _square_of(A)(A, order, types.int64, types.int64), codegen


@intrinsic
def store_square(_context, A, u, r, square):
    """Set columns from r on, of the rows from u on."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, u, r, square = arguments
        vectors = cgutils.unpack_tuple(builder, square)
        for row, vector in zip(_following(builder, u, len(vectors)), vectors, strict=True):
            pointer = vector_pointer(context, builder, A, array, row, r)
            builder.store(vector, pointer, align=A.dtype.bitwidth // 8)
        return context.get_dummy_value()

    return types.none(A, types.int64, types.int64, square), codegen


@intrinsic
def turned(_context, square):
    """Return a square whose vectors are the columns of this one."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        vectors = cgutils.unpack_tuple(builder, arguments[0])
        n = half = len(vectors)
        indices = ir.VectorType(ir.IntType(32), n)
        # the lanes of vectors i and i + n / 2 in turn, as often as n is halved
        orders = [[first + lane // 2 + n * (lane % 2) for lane in range(n)] for first in (0, n // 2)]
        while half > 1:
            half //= 2
            vectors = [
                builder.shuffle_vector(a, b, ir.Constant(indices, order))
                for a, b in zip(vectors[: n // 2], vectors[n // 2 :], strict=True)
                for order in orders
            ]
        return context.make_tuple(builder, signature.return_type, vectors)

    return square(square), codegen
