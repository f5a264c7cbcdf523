from __future__ import annotations

from typing import Any

import numpy as np

from separatrix.select.candidate_names import candidate_names, layers_text
from separatrix.select.candidates import Candidates


def tried(params: list[dict[str, Any]], sizes: list[tuple[int, ...]]) -> Candidates:
    none = np.zeros(len(sizes), dtype=int)
    return Candidates("r2", params, sizes, none, np.zeros((len(sizes), 1)), none[:1], none[:1], none, none)


def test_names_hold_the_settings_that_differ() -> None:
    params = [
        {
            "mlp__hidden_layer_sizes": (4,),
            "mlp__activation": "tanh",
            "mlp__alpha": 0.1,
            "mlp__solver": "adam",
        },
        {"mlp__hidden_layer_sizes": (), "mlp__activation": "tanh", "mlp__alpha": np.float64(0.01234)},
        {"mlp__hidden_layer_sizes": (8, 4), "mlp__activation": "relu", "mlp__alpha": 0.1},
    ]
    candidates = tried(params, [(4,), (), (8, 4)])
    assert candidate_names(candidates, [1, 0]) == (
        "hidden layers, alpha, solver",
        ["none, 0.012, –", "4, 0.1, adam"],
    )
    assert candidate_names(candidates, [2]) == ("hidden layers", ["8-4"])


def test_one_unit_is_a_layer_of_one() -> None:
    assert layers_text((1,)) == "1 layer of 1"
