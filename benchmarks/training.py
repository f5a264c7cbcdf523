"""Training side by side: every contender does the same work, is checked for it, and is timed in turn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from cases import Case
from contenders import Contender, Trained, Unavailable, contenders
from timing import calls_for, interleaved, spread

STEADY_EPOCHS = 2000


@dataclass(frozen=True)
class Effort:
    """Seconds a contender is given each round, and rounds."""

    seconds: float
    repeats: int


def compare(case: Case, effort: Effort, tolerance: float, check_epochs: int = 0) -> dict[str, Any]:
    """Train the case with everyone; return what each took, per step, and the loss that each reached.

    Everyone first trains the whole recipe once, which warms up. A loss further than `tolerance` (relative)
    from the median of all ends the benchmark: after the recipe or, where rounding grows too large by then,
    after `check_epochs`.
    """
    found, missing = contenders(case)
    results: dict[str, Any] = {}
    curves: dict[str, Sequence[float]] = {}
    plans: dict[str, tuple[Contender, int, int]] = {}
    for contender in found:
        try:
            trained = contender.train(case, case.epochs)
        except Unavailable as reason:
            missing[contender.name] = str(reason)
            continue
        checked = contender.train(case, check_epochs) if check_epochs else trained
        if len(checked.losses):
            curves[contender.name] = checked.losses
        if contender.length != "part":  # the first call of these loads compiled code
            trained = contender.train(case, case.epochs)
        epochs, calls = _amount(case, contender, trained, effort)
        plans[contender.name] = contender, epochs, calls
        results[contender.name] = {
            "checked_loss": case.loss(checked.parameters),
            "final_loss": case.loss(trained.parameters),
            "compile_seconds": round(trained.compile_seconds, 2),
            "epochs_a_call": epochs,
        }
        contender.train(case, epochs)
    _require_same_loss(case, results, tolerance)
    _require_same_curve(case, curves, tolerance)

    def timer(contender: Contender, epochs: int, calls: int) -> float:
        total = sum(contender.train(case, epochs).seconds for _ in range(calls))
        return total / calls / epochs / case.steps_per_epoch * 1e6

    timers = {name: lambda plan=plan: timer(*plan) for name, plan in plans.items()}
    for name, times in interleaved(timers, effort.repeats).items():
        results[name]["microseconds_a_step"] = spread(times)
    return {
        "network": str(case.network),
        "rows": len(case.X),
        "rows_a_step": case.rows_per_step,
        "epochs": case.epochs,
        "steps": case.epochs * case.steps_per_epoch,
        "repeats": effort.repeats,
        "check_epochs": check_epochs or case.epochs,
        "tolerance": tolerance,
        "contenders": results,
        "missing": missing,
    }


def _amount(case: Case, contender: Contender, trained: Trained, effort: Effort) -> tuple[int, int]:
    """Return epochs a call and calls a round."""
    per_epoch = trained.seconds / case.epochs
    enough = math.ceil(effort.seconds / per_epoch)
    epochs = {
        "recipe": case.epochs,
        "steady": max(case.epochs, min(STEADY_EPOCHS, enough)),
        "part": min(case.epochs, max(2, enough)),
    }[contender.length]
    return epochs, calls_for(effort.seconds / 4, epochs * per_epoch)


def _require_same_loss(case: Case, results: dict[str, Any], tolerance: float) -> None:
    losses = {name: result["checked_loss"] for name, result in results.items()}
    middle = sorted(losses.values())[len(losses) // 2]
    print(f"{case.name}: loss")
    for name, loss in losses.items():
        print(f"  {loss:.8f}  {name}")
    wrong = {name: loss for name, loss in losses.items() if not abs(loss - middle) <= tolerance * middle}
    if wrong:
        raise SystemExit(f"{case.name}: not the same work, the loss should be {middle:.8f}: {wrong}")


def _require_same_curve(case: Case, curves: dict[str, Sequence[float]], tolerance: float) -> None:
    """Compare the losses of all epochs, if a contender reports them."""
    middle = np.median([np.asarray(curve, np.float64) for curve in curves.values()], axis=0)
    for name, curve in curves.items():
        furthest = float(np.max(np.abs(curve - middle) / middle))
        print(f"  {furthest:.1e} from the median of all loss curves, at most: {name}")
        if not furthest <= tolerance:
            raise SystemExit(f"{case.name}: the loss curve of {name} is {furthest:.1e} from the others'")
