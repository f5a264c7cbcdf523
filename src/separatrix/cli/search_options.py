"""The options of `separatrix search` that say what is tried: one network, or several, for each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from separatrix.cli.options import OPTIONS, OWN_DEFAULTS, Reader, read_list, read_space
from separatrix.errors import ParameterError

NETWORKS, TRAINING, JUDGING = "Networks to try", "Training", "Judging"

DEPTHS = (0, 1, 2)
WIDTHS = (2, 4, 8, 16, 32)
RATES = (0.003, 0.03)
ROWS_FOR_EARLY_STOPPING = 500
"""With fewer, those that it sets aside cost more than it gains."""

SEARCH_DEFAULTS: dict[str, Any] = {**OWN_DEFAULTS, "max_iter": 1000, "n_iter_no_change": 20}

_SEARCHED = (
    replace(
        OPTIONS["activation"],
        reader=Reader(read_list, "NAMES"),
        help=OPTIONS["activation"].help.partition(" (")[0] + " (one, or several to try).",
    ),
    replace(
        OPTIONS["learning_rate_init"],
        reader=Reader(read_space, "NUMBERS"),
        default=",".join(map(str, RATES)),
        help="Rates to try, or a range such as 0.001:0.1 to draw them from.",
    ),
    replace(
        OPTIONS["alpha"],
        reader=Reader(read_space, "NUMBERS"),
        help="Strengths of the penalty on the weights to try, or a range to draw them from.",
    ),
)
_FIXED = (
    OPTIONS["solver"],
    OPTIONS["batch_size"],
    OPTIONS["class_weight"],
    replace(
        OPTIONS["random_state"],
        help="Seed of the networks drawn, the folds, the first weights and the order of the rows.",
    ),
    OPTIONS["engine"],
    replace(OPTIONS["max_iter"], default=str(SEARCH_DEFAULTS["max_iter"])),
    OPTIONS["tol"],
    replace(OPTIONS["n_iter_no_change"], default=str(SEARCH_DEFAULTS["n_iter_no_change"])),
    replace(
        OPTIONS["early_stopping"],
        help="Whether to stop when the loss on validation rows stalls, and to keep the best epoch.",
        default=f"from {ROWS_FOR_EARLY_STOPPING} rows on",
    ),
    OPTIONS["validation_fraction"],
)
SEARCH_OPTIONS = (
    *(replace(option, panel=NETWORKS) for option in _SEARCHED),
    *(replace(option, panel=TRAINING) for option in _FIXED),
)


@dataclass(frozen=True)
class Space:
    """What is tried.

    Attributes
    ----------
    architectures : list of tuple of int
    params : dict
        Of settings, to lists of values or distributions.
    settings : dict
        Of all networks alike.
    """

    architectures: list[tuple[int, ...]]
    params: dict[str, Any]
    settings: dict[str, Any]

    def size(self, n_candidates: int, random_state: int) -> int:
        """Return how many networks a search draws from it."""
        from numpy.random import RandomState

        from separatrix.search.space import LAYERS, draw_candidates

        space = {LAYERS: self.architectures, **self.params}
        return len(draw_candidates(space, n_candidates, RandomState(random_state), LAYERS))

    @property
    def n_points(self) -> float:
        """How many different networks there are in it."""
        sizes = (len(values) if isinstance(values, list) else math.inf for values in self.params.values())
        return math.prod([len(self.architectures), *sizes])


def make_space(
    depths: Sequence[int] | None,
    widths: Sequence[int] | None,
    layers: Sequence[tuple[int, ...]],
    settings: Mapping[str, Any],
) -> Space:
    """Sort what the options say into what differs between networks, and what does not."""
    from separatrix.search import architectures

    found = list(layers)
    if depths is not None or widths is not None or not layers:
        found += architectures(DEPTHS if depths is None else depths, WIDTHS if widths is None else widths)
    values = {option.name: settings[option.name] for option in _SEARCHED if option.name in settings}
    fixed = {name: value for name, value in settings.items() if name not in values}
    if fixed.get("solver") != "lbfgs":
        values.setdefault("learning_rate_init", list(RATES))
    elif "learning_rate_init" in values:
        raise ParameterError("--learning-rate-init means nothing to lbfgs, which has no rate; leave it out.")
    params = {}
    for name, value in values.items():
        if isinstance(value, list) and len(set(value)) == 1:
            fixed[name] = value[0]
        else:
            params[name] = value
    return Space(list(dict.fromkeys(found)), params, fixed)
