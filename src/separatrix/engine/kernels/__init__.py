"""Kernels: the engine's inner loops, plain Python compiled by `separatrix.engine._jit`.

Rows are the fast axis: arrays of activations have shape (units, rows), and every inner loop runs along
contiguous rows, so that it vectorises. All layers' activations stand in one such array, the inputs first; a
layer is known by its first row in it. Slices are not taken inside loops: each is a view with a reference
count, which costs as much as the arithmetic on it.

Row counts that reach these loops are rounded up to whole vectors, so that no loop has a remainder; the extra
rows weigh nothing and change nothing.
"""
