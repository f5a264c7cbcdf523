"""Generators of random numbers: made in microseconds, with their state where kernels can draw from it."""

from __future__ import annotations

import ctypes
import threading
from functools import cache
from typing import Any

import numpy as np
from numpy.random import MT19937, RandomState
from numpy.random.bit_generator import ISeedSequence
from numpy.typing import NDArray

Array = NDArray[Any]

N_WORDS = 624
"""Words of a Mersenne Twister."""


class _NoEntropy(ISeedSequence):
    """Seeds with zeros: the generator is seeded again at once, and drawing entropy takes 0.1 ms."""

    def generate_state(self, n_words: int, dtype: Any = np.uint32) -> Array:
        return np.zeros(n_words, dtype)


_NO_ENTROPY = _NoEntropy()


def new_generator(seed: int) -> RandomState:
    """Return ``RandomState(seed)`` in a third of its time.

    Examples
    --------
    >>> float(new_generator(0).uniform()) == float(RandomState(0).uniform())
    True
    """
    generator = RandomState(MT19937(_NO_ENTROPY))  # type: ignore[arg-type]  # any ISeedSequence
    generator.seed(seed)
    return generator


_threads = threading.local()


def thread_generator(seed: int) -> RandomState:
    """Return this thread's generator, seeded as a new one would be.

    It is the same object in every call: a search takes it for one training after the other, because making a
    generator takes as long as an epoch of a small network.

    Examples
    --------
    >>> float(thread_generator(0).uniform()) == float(RandomState(0).uniform())
    True
    """
    if not hasattr(_threads, "generator"):
        _threads.generator = RandomState()
    generator: RandomState = _threads.generator
    generator.seed(seed)
    return generator


def state_words(random_state: RandomState) -> tuple[Array, Array] | None:
    """Return the words and the position of a generator as views of its own memory.

    Parameters
    ----------
    random_state : RandomState
        With a Mersenne Twister. It must live as long as the views, and its lock must be held while they are
        written.

    Returns
    -------
    words : uint32 ndarray of shape (624,)
    position : int32 ndarray of shape (1,)
        Of the next word to use.
        None instead of both if this NumPy keeps its state in another way.

    Examples
    --------
    >>> views = state_words(RandomState(0))
    >>> views is None or (len(views[0]), int(views[1][0]))
    (624, 624)
    """
    return _views(random_state) if _is_layout_known() else None


@cache
def _is_layout_known() -> bool:
    """Return whether the memory of a generator is laid out as NumPy does it today."""
    random_state = RandomState(1)
    random_state.random_sample(5)
    _, words, position, *_ = random_state.get_state()
    try:
        found = _views(random_state)
    except (AttributeError, TypeError):
        return False
    return bool((found[0] == words).all() and found[1][0] == position)


def _views(random_state: RandomState) -> tuple[Array, Array]:
    address: int = random_state._bit_generator.ctypes.state_address
    memory: Array = np.ctypeslib.as_array((ctypes.c_uint32 * (N_WORDS + 1)).from_address(address))
    return memory[:N_WORDS], memory[N_WORDS:].view(np.int32)
