"""Kernels: the engine's inner loops, plain Python compiled by `separatrix.engine._jit`.

Rows are the fast axis: arrays of activations have shape (units, rows), and every inner loop runs along
contiguous rows, so that it vectorises. All layers' outputs are in one such array, the inputs first, and a
layer is identified by its first row in it. Slices are not taken inside loops: each is a view with a reference
count, which costs as much as the arithmetic on it.

Numbers of rows are rounded up to whole vectors, so that no loop has a remainder; the extra rows have weight 0
and change nothing.

Names of activations, heads and optimisers become integers, looked up by name in `CODES`. Every dispatch on
them ends in an error, so that an entry of a registry that has no kernel is noticed.
"""
