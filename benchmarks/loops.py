"""The four training loops, against everyone."""

from __future__ import annotations

from typing import Any

from cases import loop_cases
from training import Effort, compare

# Relative tolerance of the loss; scikit-learn adds Adam's epsilon elsewhere.
TOLERANCES = {"circles": 1e-3, "ten-points": 1e-5, "moons": 1e-4, "bumps": 1e-3}
# Adam on inputs of -50 ... 49 turns differences of 1e-15 into ones of 1e-2: after 7000 epochs nobody agrees.
CHECK_EPOCHS = {"bumps": 500}
# How many times quicker a step should be than the peer's.
TARGETS = {
    "circles": {"PyTorch": 110, "scikit-learn": 40, "JAX": 4, "plain NumPy": 14},
    "ten-points": {"PyTorch": 300, "scikit-learn": 150, "JAX": 5, "plain NumPy": 14},
    "moons": {"PyTorch": 40, "scikit-learn": 22, "JAX": 5, "plain NumPy": 14},
    "bumps": {"PyTorch": 500, "scikit-learn": 100, "JAX": 3.5, "plain NumPy": 14},
}
C_LOOP_TARGET = 2.0  # at most this multiple of the C loop's time
OURS = {what: f"Separatrix {what}, float32" for what in ("fit", "training", "engine")}


def measure(quick: bool) -> dict[str, Any]:
    """Return the comparison of each loop, with the ratios that have targets."""
    effort = Effort(0.1, 3) if quick else Effort(0.5, 9)
    results = {}
    for case in loop_cases():
        result = compare(case, effort, TOLERANCES[case.name], CHECK_EPOCHS.get(case.name, 0))
        result["ratios"] = _ratios(result["contenders"], TARGETS[case.name])
        results[case.name] = result
    return results


def _ratios(contenders: dict[str, Any], targets: dict[str, float]) -> list[dict[str, Any]]:
    """Compare with the variant of each peer that is quickest by median."""
    rows: list[dict[str, Any]] = []
    for peer, target in targets.items():
        variants = [name for name in contenders if name.startswith(peer) and "compiled" not in name]
        if variants:
            best = min(variants, key=lambda name: contenders[name]["microseconds_a_step"]["median"])
            rows.append({"peer": best, "at_least": target, **_times_quicker(contenders, best)})
    if "C loop" in contenders:
        slower = {what: 1.0 / ratio for what, ratio in _times_quicker(contenders, "C loop").items()}
        rows.append({"peer": "C loop", "at_most": C_LOOP_TARGET, **slower})
    return rows


def _times_quicker(contenders: dict[str, Any], peer: str) -> dict[str, float]:
    """Return how many times quicker than the peer we are, by median and by lowest time."""
    times = {name: result["microseconds_a_step"] for name, result in contenders.items()}
    return {
        f"{what}_{by}": times[peer][by] / times[ours][by]
        for what, ours in OURS.items()
        for by in ("median", "low")
    }
