from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.random import RandomState

from separatrix import MLPRegressor
from separatrix.engine import numba_engine
from separatrix.engine.generators import new_generator, state_words, thread_generator


def test_a_seeded_generator_of_a_thread_draws_as_a_new_one() -> None:
    thread_generator(1).normal(size=3)  # leaves half a pair of normal numbers behind
    for seed in (0, 7):
        ours, new = thread_generator(seed), RandomState(seed)
        np.testing.assert_array_equal(ours.permutation(20), new.permutation(20))
        np.testing.assert_array_equal(ours.normal(size=5), new.normal(size=5))


def test_every_thread_has_a_generator_of_its_own() -> None:
    assert thread_generator(0) is thread_generator(1)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(thread_generator, 0).result() is not thread_generator(0)


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1])
def test_a_new_generator_draws_as_numpys(seed: int) -> None:
    ours, numpys = new_generator(seed), RandomState(seed)
    np.testing.assert_array_equal(ours.permutation(700), numpys.permutation(700))
    copied = pickle.loads(pickle.dumps(ours))
    np.testing.assert_array_equal(copied.normal(size=5), numpys.normal(size=5))


def test_the_words_of_a_generator_are_its_own_memory() -> None:
    generator, other = new_generator(3), new_generator(4)
    generator.normal(size=3)
    views = state_words(generator)
    assert views is not None, "this NumPy keeps its state in another way: the engine copies it in and out"
    words, position = views
    _, key, index, *_ = generator.get_state(legacy=True)
    assert (words == key).all()
    assert position[0] == index
    words[:], position[:] = state_words(other)  # type: ignore[misc]
    np.testing.assert_array_equal(generator.randint(1000, size=9), other.randint(1000, size=9))


def test_a_training_is_the_same_where_the_state_must_be_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    def trained() -> tuple[bytes, int]:
        X = np.linspace(-1.0, 1.0, 60).reshape(20, 3)
        generator = new_generator(0)
        network = MLPRegressor(hidden_layer_sizes=(4,), max_iter=5, batch_size=3, random_state=generator)
        return network.fit(X, X[:, 0]).theta_.tobytes(), int(generator.randint(1000))

    in_place = trained()
    monkeypatch.setattr(numba_engine, "state_words", lambda _: None)
    assert trained() == in_place
