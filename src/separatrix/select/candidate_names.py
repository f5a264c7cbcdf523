"""Candidate names: what networks of a search are called in a sentence, a table or a legend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from separatrix.select.candidates import Candidates


def layers_text(sizes: tuple[int, ...]) -> str:
    """Return the hidden layers in words.

    Examples
    --------
    >>> [layers_text(sizes) for sizes in ((), (8,), (16, 16), (8, 4))]
    ['straight line', '1 layer of 8', '2 layers of 16', 'layers of 8-4']
    """
    if not sizes:
        return "straight line"
    if len(set(sizes)) > 1:
        return f"layers of {'-'.join(map(str, sizes))}"
    return f"{len(sizes)} layer{'s' * (len(sizes) > 1)} of {sizes[0]}"


def candidate_names(candidates: Candidates, indices: Sequence[int]) -> tuple[str, list[str]]:
    """Return what the parts of the names are, and for each of these candidates its name.

    The parts are the hidden layers, and the settings in which these candidates differ.

    Examples
    --------
    >>> none = np.zeros(2, dtype=int)
    >>> params = [{"mlp__activation": "tanh"}, {"mlp__activation": "relu"}]
    >>> candidates = Candidates(
    ...     "r2", params, [(), (8, 4)], none, np.zeros((2, 1)), none[:1], none[:1], none, none
    ... )
    >>> candidate_names(candidates, [0, 1])
    ('hidden layers, activation', ['none, tanh', '8-4, relu'])
    """
    chosen = [
        {name.rpartition("__")[2]: _text(value) for name, value in candidates.params[index].items()}
        for index in indices
    ]
    known = dict.fromkeys(name for texts in chosen for name in texts if name != "hidden_layer_sizes")
    varying = [name for name in known if len({texts.get(name) for texts in chosen}) > 1]
    names = []
    for index, texts in zip(indices, chosen, strict=True):
        layers = "-".join(map(str, candidates.hidden_layer_sizes[index])) or "none"
        names.append(", ".join([layers, *(texts.get(name, "–") for name in varying)]))
    return ", ".join(["hidden layers", *varying]), names


def _text(value: Any) -> str:
    return f"{value:.2g}" if isinstance(value, float | np.floating) else str(value)
