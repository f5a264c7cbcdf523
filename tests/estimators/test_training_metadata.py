from __future__ import annotations

import json

import numpy as np

import separatrix as sx
from separatrix.estimators.training_metadata import library_versions, plain_settings


def test_parameters_become_values_that_json_can_hold():
    settings = {
        "hidden_layer_sizes": (4, 2),
        "n_iter_no_change": float("inf"),
        "class_weight": {1: 2.0},
        "random_state": None,
        "scoring": np.mean,
        "init": ([np.zeros(2)], [np.zeros(1)]),
        "solver": sx.network.SGD(0.5),
    }
    plain = plain_settings(settings)
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert plain["hidden_layer_sizes"] == [4, 2]
    assert plain["n_iter_no_change"] == "inf"
    assert plain["class_weight"] == {"1": 2.0}
    assert plain["random_state"] is None
    assert plain["scoring"] == "numpy.mean"
    assert plain["init"][0][0].startswith("array of float64, shape (2,), digest ")
    assert "momentum=0.5" in plain["solver"]


def test_equal_arrays_have_equal_digests_and_others_do_not():
    a, b, c = (plain_settings({"init": np.array(values)})["init"] for values in ([1.0], [1.0], [2.0]))
    assert a == b != c


def test_an_object_without_a_name_has_the_same_text_in_every_process():
    class Scorer:
        pass

    assert "0x" not in plain_settings({"scoring": Scorer()})["scoring"]


def test_versions():
    versions = library_versions()
    assert versions["separatrix"] == sx.__version__
    assert versions["numpy"] == np.__version__
