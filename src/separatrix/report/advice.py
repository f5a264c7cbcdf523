"""Advice: what to try next, from the training, the validation and the baselines together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from separatrix.evaluate.assessment import LINE, MODEL, Assessment
from separatrix.evaluate.baseline_models import GRADIENT_BOOSTING
from separatrix.evaluate.baselines import DUMMY, LINES
from separatrix.evaluate.classification import ClassificationReport
from separatrix.evaluate.comparison import MIN_ROWS, Comparison
from separatrix.network.network import Network

FAR_BELOW = 0.5
"""Fraction of the test loss below which the training loss is that of an overfitted model."""

SEARCH = "separatrix search TABLE tries networks of many sizes on the same folds"

FIT_LINE = "separatrix fit TABLE --model line"
"""The command that fits a straight line."""


@dataclass(frozen=True)
class TrainingFacts:
    """What is known of a training.

    Attributes
    ----------
    kind : {"network", "linear model", "ensemble", "model"}
    loss : float or None
        Loss of the training rows, in the unit of the test loss.
    stops_early : bool
        Whether validation rows chose the epoch.
    reached_limit : bool
        Whether training ended at its largest number of epochs, and the last one is kept.
    has_diverged : bool
        Whether training ended because it diverged.
    loss_rose : bool
        Whether the training loss was higher after the last epoch than after the first.
    is_line : bool
        Whether the model is a straight line itself: a network without hidden layers and embedding.
    """

    kind: str
    loss: float | None = None
    stops_early: bool = False
    reached_limit: bool = False
    has_diverged: bool = False
    loss_rose: bool = False
    is_line: bool = False

    @classmethod
    def of(cls, model: Any, kind: str, loss: float | None = None) -> TrainingFacts:
        """Return what an estimator, or a model of a file, says of its training."""
        training: Mapping[str, Any] = getattr(model, "training", None) or {}
        settings = training.get("settings", {})
        stop = training.get("stop") or {}
        stops_early = bool(settings.get("early_stopping", getattr(model, "early_stopping", False)))
        reason = stop.get("reason", getattr(getattr(model, "stop_", None), "reason", ""))
        losses = (training.get("history") or {}).get("loss") or [0.0]
        first, last = float(losses[0]), float(losses[-1])  # "inf" and "nan" are text in JSON
        return cls(
            kind,
            loss,
            stops_early or kind == "ensemble",
            reason == "max_iter" and _best_epoch(model, stop) is None,
            reason == "diverged",
            last > first,
            _is_line(model),
        )


def _is_line(model: Any) -> bool:
    network = getattr(model, "network", getattr(model, "network_", None))
    return isinstance(network, Network) and len(network.layers) == 1 and network.embedding is None


def _best_epoch(model: Any, stop: Mapping[str, Any]) -> int | None:
    """Return the epoch that was kept, if it is not the last one."""
    kept = getattr(model, "stop_", None)
    best = stop.get("best_epoch", getattr(kept, "best_epoch", None))
    last = stop.get("epoch", getattr(kept, "epoch", None))
    return None if best is None or best == last else int(best)


def advice(assessment: Assessment, training: TrainingFacts) -> tuple[str, ...]:
    """Return sentences on what to try next; none contradicts another.

    Parameters
    ----------
    assessment : Assessment
    training : TrainingFacts

    Examples
    --------
    >>> from separatrix.evaluate import Baseline, assess_classifier
    >>> flat, sure = [[0.5, 0.5]] * 40, [[0.9, 0.1], [0.1, 0.9]] * 20
    >>> assessment = assess_classifier([0, 1] * 20, flat, [0, 1], {"logistic regression": Baseline(sure)})
    >>> print(advice(assessment, TrainingFacts("network", loss=0.69, stops_early=True))[0])
    A straight line (logistic regression) is better here: use it (separatrix fit TABLE --model line), \
or see whether columns are missing, scaled or coded wrongly.
    """
    found = {each.names[1]: each for each in assessment.comparisons}
    if not found or assessment.model.n_rows < MIN_ROWS:
        few = f"{assessment.model.n_rows} rows are too few to judge by: collect more, or judge by folds."
        return (few,) if assessment.model.n_rows < MIN_ROWS else ()
    sentences = [*_beside_the_dummy(found.get(DUMMY), training, assessment)]
    if not sentences:
        sentences += _beside_the_line(_line_of(found), training, assessment)
        sentences += _beside_boosting(found.get(GRADIENT_BOOSTING), training)
    sentences += [assessment.cost_advice] if assessment.cost_advice else []
    sentences += _on_classes(assessment)
    return tuple(sentences)


def hint(assessment: Assessment, training: TrainingFacts) -> str | None:
    """Return the one sentence that `separatrix fit` ends with; `advice` has all that a report says.

    Parameters
    ----------
    assessment : Assessment
    training : TrainingFacts

    Returns
    -------
    str or None
        None if the model is better than the baselines, or nothing is to be said of it.

    Examples
    --------
    >>> from separatrix.evaluate import Baseline, assess_classifier
    >>> sure, flat = [[0.9, 0.1], [0.9, 0.1]] * 20, [[0.5, 0.5]] * 40
    >>> assessment = assess_classifier([0, 1] * 20, sure, [0, 1], {"dummy": Baseline(flat)})
    >>> hint(assessment, TrainingFacts("network", loss=0.01))
    "The network's probabilities are too sure of themselves; try --early-stopping or a larger --alpha."
    """
    if training.kind not in (MODEL, LINE):
        return _hint_on_ensemble(assessment)
    worse = {each.names[1]: each for each in assessment.comparisons if each.outcome == "worse"}
    if not worse or training.has_diverged:  # the warning has said what to do
        return None
    is_line, name = training.kind == LINE, f"The {training.kind}"
    cure = "a larger --alpha" if training.stops_early or is_line else "--early-stopping or a larger --alpha"
    overfits = _overfits(training, assessment)
    if overfits and not isinstance(assessment.model, ClassificationReport):
        return f"{name} fits the training rows far better than the test rows; try {cure}."
    if overfits or (DUMMY in worse and _is_too_sure(worse[DUMMY], training)):
        return f"{name}'s probabilities are too sure of themselves; try {cure}."
    if DUMMY not in worse:
        return None
    if training.reached_limit and not training.loss_rose:
        return f"{name} has learned too little; raise --max-iter."
    return _no_better(assessment, LINE) if is_line else f"{name} has not learned; lower --rate."


def _hint_on_ensemble(assessment: Assessment) -> str | None:
    """Return a sentence if a straight line may be as good, or if the columns say nothing."""
    found = {each.names[1]: each for each in assessment.comparisons}
    if any(each.outcome == "too few rows" for each in found.values()):
        return None
    if DUMMY in found and found[DUMMY].outcome not in ("better", "looks better"):
        return _no_better(assessment, "ensemble")
    line = _line_of(found)
    return None if line is None or line.outcome == "better" else _line_sentence(line)


def _no_better(assessment: Assessment, name: str) -> str:
    where = "in cross-validation" if assessment.rows else "on these test rows"
    return f"The columns say little about the target: {where} the {name} is no better than a guess."


def _line_of(found: Mapping[str, Comparison]) -> Comparison | None:
    """Return the comparison with a straight line, if there is one."""
    return next((found[name] for name in LINES if name in found), None)


def _is_too_sure(against_dummy: Comparison, training: TrainingFacts) -> bool:
    """Return whether a network that did learn is right more often than the dummy."""
    dummy_loss = against_dummy.primary.second
    return (
        dummy_loss is not None
        and training.loss is not None
        and training.loss < dummy_loss
        and any(
            test.metric == "accuracy" and test.advantage.value is not None and test.advantage.value > 0
            for test in against_dummy.others
        )
    )


def _overfits(training: TrainingFacts, assessment: Assessment) -> bool:
    test_loss = assessment.comparisons[0].primary.first
    report = assessment.model
    if isinstance(report, ClassificationReport):
        test_loss = report.log_loss.value
    elif (rmse := report.per_target[0].rmse.value) is not None:
        test_loss = rmse**2
    return training.loss is not None and test_loss is not None and training.loss < FAR_BELOW * test_loss


def _beside_the_dummy(dummy: Comparison | None, training: TrainingFacts, assessment: Assessment) -> list[str]:
    """Return what to do with a model that has learned nothing that holds on other rows."""
    if dummy is None or dummy.outcome in ("better", "looks better"):
        return []
    if _overfits(training, assessment):
        return [_overfitting_cure(training)]
    if training.reached_limit and not training.stops_early:
        rate = "" if training.kind == LINE else ", or at a higher rate"
        return [f"The {training.kind} has learned too little: train it longer (max_iter){rate}."]
    return ["The columns say little or nothing about the target: look for other columns, or more rows."]


def _overfitting_cure(training: TrainingFacts) -> str:
    sentence = "The model fits its training rows far better than the test rows: "
    if training.kind != "network":
        return sentence + "more rows or fewer columns would help."
    if not training.stops_early:
        return sentence + "stop early on the loss of validation rows (early_stopping, scoring 'loss')."
    return sentence + "use fewer units, or a larger penalty (alpha)."


def _beside_the_line(line: Comparison | None, training: TrainingFacts, assessment: Assessment) -> list[str]:
    if line is None or line.outcome == "better":
        return []
    if training.is_line:
        cure = (
            "another penalty (alpha) may do as well"
            if line.outcome == "worse"
            else "a curve needs hidden layers, or an ensemble"
        )
        return [f"The model is a straight line itself, as is {line.names[1]}: {cure}."]
    if line.outcome == "worse" and _overfits(training, assessment):
        return [_overfitting_cure(training)]
    return [_line_sentence(line)]


def _line_sentence(line: Comparison) -> str:
    """Return what follows for a model that is not better than a straight line, or not clearly."""
    name = line.names[1]
    if line.outcome == "worse":
        return (
            f"A straight line ({name}) is better here: use it ({FIT_LINE}), or see whether columns are "
            "missing, scaled or coded wrongly."
        )
    return (
        f"No difference from a straight line ({name}) was found beyond chance: it may be as good, and is "
        f"easier to explain ({FIT_LINE}); more rows would decide."
    )


def _beside_boosting(boosting: Comparison | None, training: TrainingFacts) -> list[str]:
    if boosting is None or boosting.outcome != "worse":
        return []
    if training.kind in (MODEL, LINE):
        return [f"Gradient boosting is better here: the default ensemble may close the gap, and {SEARCH}."]
    return ["Gradient boosting is better here: it is the better tool for this table."]


def _on_classes(assessment: Assessment) -> list[str]:
    report = assessment.model
    if not isinstance(report, ClassificationReport):
        return []
    sentences = []
    if assessment.is_weighted:
        sentences.append(
            "Classes were weighted: the probabilities are not frequencies. --calibrate mends them, and a "
            "threshold does the same for the answer without weights."
        )
    elif missed := missed_class(assessment):
        sentences.append(missed)
    table = assessment.thresholds
    if report.cost is not None and report.threshold is None and table is not None and table.pays:
        cheapest = table.cheapest
        sentences.append(
            f"The model keeps no cut, and answers from 0.5 on: at these costs {cheapest:.3g} is cheapest on "
            "these rows; fit with --cost keeps the cheapest on training rows."
        )
    return sentences


def missed_class(assessment: Assessment) -> str:
    """Return that a rare class is often missed, with the cure; empty if not, or a cut or costs were given."""
    report = assessment.model
    if not isinstance(report, ClassificationReport):
        return ""
    if assessment.is_weighted and not assessment.is_calibrated:
        return ""
    if not report.has_rare_class or report.threshold is not None or report.cost is not None:
        return ""
    rare = min(report.per_class, key=lambda row: row.support)
    if rare.recall.value is None or rare.recall.value >= 0.5 or len(report.classes) != 2:
        return ""
    return (
        f"'{rare.label}' is rare and often missed: choose a threshold by what a miss costs (--cost "
        "fn=10,fp=1)."
    )
