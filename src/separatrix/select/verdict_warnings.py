"""What stands against a search's verdict, and what to do about it, as sentences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from separatrix.evaluate.inputs import IntArray
from separatrix.select.candidates import Candidates

# With four splits the standard error itself is uncertain by some 40 %, and the t-test needs 3.2 of them.
MIN_SPLITS = 5


def verdict_warnings(
    candidates: Candidates, best: int, smallest: int, missing_line: str | None
) -> tuple[str, ...]:
    """Return the sentences; `missing_line` names the straight line where it lacks a score."""
    chosen = {best: "the best"}
    if smallest != best:
        chosen[smallest] = "the smallest that is as good"
    found = (
        _limited(candidates.n_limited, chosen),
        _diverged(candidates),
        _failed(candidates),
        _few_splits(candidates.scores.shape[1]),
        _no_line(missing_line),
        _all_equal(candidates),
        _edge(candidates.hidden_layer_sizes, smallest),
    )
    return tuple(sentence for sentence in found if sentence)


def _limited(n_limited: IntArray, chosen: dict[int, str]) -> str:
    count = int((n_limited > 0).sum())
    if not count:
        return ""
    among = " and ".join(name for index, name in chosen.items() if n_limited[index])
    among = f", {among} among them" if among else ""
    return (
        f"{_of(count, len(n_limited))} reached max_iter still improving on one split or more{among}: "
        "raise max_iter or learning_rate_init."
    )


def _diverged(candidates: Candidates) -> str:
    count = int((candidates.n_diverged > 0).sum())
    if not count:
        return ""
    return f"{_of(count, len(candidates))} diverged on one split or more: lower learning_rate_init."


def _failed(candidates: Candidates) -> str:
    count = int((~np.isfinite(candidates.mean) & (candidates.n_diverged == 0)).sum())
    if not count:
        return ""
    return (
        f"{_of(count, len(candidates))} cannot be chosen for want of a score on one split or more: "
        "look at why training or scoring failed."
    )


def _few_splits(n_splits: int) -> str:
    if n_splits == 1:
        return "One split gives no standard error, so all of this may be chance: raise cv or n_repeats."
    if n_splits < MIN_SPLITS:
        return f"{n_splits} splits are too few for a reliable standard error: raise cv or n_repeats."
    return ""


def _no_line(name: str | None) -> str:
    if name is None:
        return ""
    return (
        f"{name[0].upper()}{name[1:]} has no score on one split or more, so nothing is held against it: "
        "look at why its training failed."
    )


def _all_equal(candidates: Candidates) -> str:
    scores = candidates.scores[np.isfinite(candidates.mean)]
    if len(scores) < 2 or np.ptp(scores, axis=0).max() > 1e-12 * np.abs(scores).max():
        return ""
    return (
        "All candidates score the same: nothing was learned, or the task is too easy for this metric; raise "
        "max_iter or learning_rate_init, or choose another metric."
    )


def _edge(layers: Sequence[tuple[int, ...]], smallest: int) -> str:
    """Name the ends of the space at which even the smallest that is as good stands."""
    depths = {len(sizes) for sizes in layers}
    widths = {max(sizes) for sizes in layers if sizes}
    edges = []
    if len(depths) > 1 and len(layers[smallest]) == max(depths):
        edges.append("most layers")
    if len(widths) > 1 and max(layers[smallest], default=0) == max(widths):
        edges.append("widest layer")
    if not edges:
        return ""
    return (
        f"Even the smallest that is as good has the {' and the '.join(edges)} tried: "
        "a larger network may do better."
    )


def _of(count: int, n_candidates: int) -> str:
    """Return ``3 of 40 candidates``."""
    return f"{count} of {n_candidates} candidate{'s' * (n_candidates > 1)}"
