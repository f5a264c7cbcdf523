"""Diagnosis: what a training shows, as findings with a number, a sentence and a cure.

Most checks look at a sample of the training rows. Cures name parameters of the estimators; the command line
writes them as options.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.evaluate.findings import Diagnosis, Finding
from separatrix.evaluate.trained import Trained
from separatrix.network import HEADS, units
from separatrix.network.heads import r2
from separatrix.text import plural

Array = NDArray[Any]

NOTHING_LEARNED = 0.95  # of the loss of guessing
STILL_FALLING = 0.02  # relative fall of the loss over the last tenth of the epochs
OSCILLATION = 0.1  # mean relative change from epoch to epoch in the last half
SCALE_RATIO = 100.0  # of the largest to the smallest standard deviation of the inputs
FAR_FROM_ZERO = 100.0  # mean of an input in standard deviations
UNITS_FRACTION = 0.2  # of a layer's units that are dead or saturated
OVERFITTED = 2.0  # validation loss divided by training loss
LEAK_AUC, LEAK_R2 = 0.999, 0.9999
LINE_AS_GOOD, LINE_BETTER = 1.01, 0.95  # loss of a straight line divided by the network's
NEIGHBOURS = 5
NEIGHBOURS_BETTER = 0.05  # in accuracy, or in R²
_FEW_ROWS = 50  # with fewer, neighbours and single columns show little
_MANY_INPUTS = 200


def diagnose(trained: Trained) -> Diagnosis:
    """Return what a training shows.

    Of a training that diverged, it says that, and what is wrong with the rows.

    Parameters
    ----------
    trained : Trained

    Returns
    -------
    Diagnosis
    """
    checks = CHECKS_OF_A_DIVERGED_TRAINING if trained.stop.reason == "diverged" else CHECKS
    found = [finding for check in checks if (finding := check(trained)) is not None]
    return Diagnosis(tuple(sorted(found, key=lambda finding: not finding.is_grave)))


# The checks


def diverged(t: Trained) -> Finding | None:
    """Return a finding if training made the network worse."""
    if t.stop.reason != "diverged":
        return None
    best = t.stop.best_epoch
    kept = f"the parameters of epoch {best} are kept" if best else "the initial parameters are kept"
    cures = []
    if t.learning_rate is not None:
        cures.append(f"divide the learning rate by 10 (learning_rate_init={t.learning_rate / 10:g})")
    if not t.columns:  # those of a table are standardised
        cures.append("standardise the features")
    details = t.stop.details
    if isinstance(details, str) or details.last_loss is not None:
        cures.append("choose another random_state")
    cure = _either(cures)
    return Finding(
        "diverged",
        float(t.stop.epoch),
        f"Training diverged: it made the network worse, and {kept}.",
        f"{cure[0].upper()}{cure[1:]}.",
        is_grave=not _has_learned(t),
    )


def _has_learned(t: Trained) -> bool:
    """Return whether the loss is below that of a constant prediction; nothing is learned of a constant."""
    return t.guess == 0 or t.loss < NOTHING_LEARNED * t.guess


def nothing_learned(t: Trained) -> Finding | None:
    """Return a finding if the loss is still that of a constant prediction."""
    if _has_learned(t) or t.stop.reason == "diverged":  # which is said instead
        return None
    if t.loss < 0.999 * t.guess:
        compared, learned = "hardly better", "hardly anything"
    else:
        compared, learned = "no better", "nothing"
    sentence = (
        f"The loss is {t.loss:.3g}, {compared} than that of guessing ({t.guess:.3g}): the network has "
        f"learned {learned}."
    )
    stopped = t.stop.reason in {"early_stopped", "converged"} and t.learning_rate is not None
    if stopped:
        sentence += f" Training stopped after {plural(t.stop.epoch, 'epoch')} without having learned."
    if t.learning_rate is None:
        cure = "Try larger hidden_layer_sizes, or another random_state."
    else:
        rates = [f"learning_rate_init={10 * t.learning_rate:g}", *_auto(t)]
        cure = f"Try {' or '.join(rates)}"
        longer = "or raise max_iter" if t.stop.reason == "max_iter" else "or train longer"
        cure += f", {'and raise n_iter_no_change' if stopped else longer}."
    return Finding(
        "nothing learned",
        t.loss / t.guess,
        sentence,
        f"{cure} If that does not help, the inputs may say nothing about the target.",
        is_grave=True,
    )


def _auto(t: Trained) -> list[str]:
    """Return the advice to have the rate found, unless it was, or there is none."""
    return [] if t.learning_rate is None or t.has_found_rate else ["learning_rate_init='auto'"]


def _to_learn_more(t: Trained) -> list[str]:
    """Return what lets the network learn longer or faster, by why training ended; empty if nothing does."""
    if t.stop.reason == "max_iter":
        return ["a larger max_iter", *_auto(t)]
    if t.stop.reason not in {"converged", "early_stopped"}:
        return ["a longer training", *_auto(t)]
    if t.learning_rate is None or isinstance(t.stop.details, str):  # L-BFGS found a minimum
        return []
    tol = t.stop.details.monitor.tol
    smaller = [f"tol={tol / 10:g}"] if tol > 0 else []
    return [*smaller, "a larger n_iter_no_change", *(_auto(t) or ["another learning_rate_init"])]


def _either(cures: Sequence[str]) -> str:
    """Return cures of which one may help.

    Examples
    --------
    >>> _either(["a", "b"]), _either(["a", "b", "c"])
    ('a or b', 'a, b, or c')
    """
    if len(cures) < 3:
        return " or ".join(cures)
    return f"{', '.join(cures[:-1])}, or {cures[-1]}"


def _penalty(t: Trained) -> str:
    """Return a larger penalty."""
    return f"the penalty (alpha={max(10 * t.alpha, 0.01):g})"


def still_improving(t: Trained) -> Finding | None:
    """Return a finding if the loss fell until the last epoch."""
    loss = t.history.loss
    n = max(len(loss) // 10, 1)
    if t.stop.best_epoch not in (None, t.stop.epoch):  # more epochs would change nothing
        return None
    if t.stop.reason != "max_iter" or len(loss) < 20 or not np.isfinite(loss[-n - 1 :]).all():
        return None
    fall = float((loss[-n - 1] - loss[-1]) / abs(loss[-1])) if loss[-1] else 0.0
    if fall < STILL_FALLING:
        return None
    cure = f"Raise max_iter to {5 * len(loss)}"
    cure += "." if t.learning_rate is None else ", or raise learning_rate_init."
    return Finding(
        "still improving",
        fall,
        f"The loss still fell when training ended: by {fall:.1%} in the last {plural(n, 'epoch')}.",
        cure,
    )


def oscillating(t: Trained) -> Finding | None:
    """Return a finding if the loss goes up and down."""
    loss = t.history.loss[len(t.history.loss) // 2 :]
    if t.learning_rate is None or len(loss) < 10 or not np.isfinite(loss).all() or not loss.mean():
        return None
    change = np.diff(loss)
    turns = float(np.mean(np.sign(change[1:]) != np.sign(change[:-1])))
    size = float(np.abs(change).mean() / loss.mean())
    if size < OSCILLATION or turns < 0.4:
        return None
    return Finding(
        "oscillating",
        size,
        f"The loss goes up and down by {size:.0%} from epoch to epoch.",
        f"Try learning_rate_init={t.learning_rate / 3:.1g}, or a larger batch_size.",
    )


def uneven_inputs(t: Trained) -> Finding | None:
    """Return a finding if inputs have very different scales, or are far from 0."""
    spread = t.X.std(axis=0)
    moving = np.flatnonzero(spread > 0)
    if not moving.size:
        return None
    widest, narrowest = moving[spread[moving].argmax()], moving[spread[moving].argmin()]
    ratio = float(spread[widest] / spread[narrowest])
    cure = "Standardise the inputs (sklearn.preprocessing.StandardScaler), or use fit_table, which does."
    if ratio > SCALE_RATIO and spread[widest] > 10:
        sentence = (
            f"The inputs have very different scales: the standard deviation of {t.names[widest]} is "
            f"{spread[widest]:.3g}, that of {t.names[narrowest]} {spread[narrowest]:.3g}."
        )
        return Finding("uneven inputs", ratio, sentence, cure)
    far = np.abs(t.X.mean(axis=0)[moving]) / spread[moving]
    j = int(far.argmax())
    if far[j] > FAR_FROM_ZERO:
        name = t.names[moving[j]]
        sentence = (
            f"The values of {name} are far from 0: their mean is {far[j]:.0f} standard deviations away."
        )
        return Finding("uneven inputs", float(far[j]), sentence, cure)
    return None


def dead_units(t: Trained) -> Finding | None:
    """Return a finding if many units of a layer are 0 for every row."""
    return _units(
        t,
        "dead units",
        lambda name, z, a: units.dead_units(name, a),
        "are 0 for every row, and cannot learn any more",
        "Lower learning_rate_init, or choose activation='leaky_relu'.",
    )


def saturated_units(t: Trained) -> Finding | None:
    """Return a finding if many units of a layer are at an end of their range for nearly every row."""
    return _units(
        t,
        "saturated units",
        units.saturated_units,
        "are at an end of their range for nearly every row, and hardly learn",
        f"Standardise the inputs, lower learning_rate_init, or raise {_penalty(t)}.",
    )


def _units(
    t: Trained, name: str, are_bad: Callable[[str, Array, Array], Array], what: str, cure: str
) -> Finding | None:
    """Return a finding on the layer with the largest fraction of bad units, if it is large enough."""
    fractions = [
        float(are_bad(layer.activation, z, a).mean())
        for layer, (z, a) in zip(t.network.layers[:-1], t.layers[:-1], strict=True)
    ]
    worst = max(fractions, default=0.0)
    if worst < UNITS_FRACTION:
        return None
    n = fractions.index(worst)
    return Finding(name, worst, f"In hidden layer {n + 1}, {worst:.0%} of the units {what}.", cure)


def overfitted(t: Trained) -> Finding | None:
    """Return a finding if the training loss is far below the validation loss."""
    curve = t.history.validation_loss
    if not len(curve):
        return None
    index = len(curve) - 1
    if t.stop.best_epoch is not None:
        index = max(t.stop.best_epoch - 1 - (t.stop.epoch - len(curve)), 0)
    validation = float(curve[index])
    if not validation > OVERFITTED * t.loss or validation - t.loss < 0.05 * t.guess:
        return None
    cure = f"Raise {_penalty(t)} or set dropout=0.2, choose smaller hidden_layer_sizes, "
    cure += "" if t.stop.reason == "early_stopped" else "set early_stopping=True, "
    return Finding(
        "overfitted",
        validation / max(t.loss, np.finfo(float).tiny),
        f"The validation loss is {validation:.3g}, the training loss {t.loss:.3g}: the network fits its "
        "training rows far better than others.",
        f"{cure}or add rows.",
    )


def few_rows(t: Trained) -> Finding | None:
    """Return a finding if there are fewer rows than parameters."""
    n_parameters = t.network.n_parameters
    if n_parameters <= t.n_rows:
        return None
    return Finding(
        "few rows",
        n_parameters / t.n_rows,
        f"The network has {plural(n_parameters, 'parameter')} for {plural(t.n_rows, 'row')}, "
        f"{n_parameters / t.n_rows:.1f} for each.",
        "It may fit them exactly and others badly: judge it on other rows, raise "
        f"{_penalty(t)}, or choose smaller hidden_layer_sizes.",
    )


def never_predicted(t: Trained) -> Finding | None:
    """Return a finding if a class is never predicted."""
    if t.labels is None:
        return None
    predicted = HEADS[t.network.head].predicted_classes(t.z)
    counts = np.bincount(t.labels, minlength=len(t.classes))
    missing = [k for k in range(len(t.classes)) if counts[k] and not np.any(predicted == k)]
    if not missing:
        return None
    rarest = min(missing, key=lambda k: counts[k])
    fraction = counts[rarest] / len(t.labels)
    if fraction > 0.5 / len(t.classes) and nothing_learned(t) is not None:  # not its being rare is the cause
        return None
    return Finding(
        "never predicted",
        float(fraction),
        f"The class {t.classes[rarest]} is never predicted, though {counts[rarest]} of {len(t.labels)} "
        f"sampled training rows have it ({fraction:.1%}).",
        f"If it matters, set class_weight='balanced'{_threshold(t, rarest)}.",
    )


def _threshold(t: Trained, k: int) -> str:
    """Return the advice to answer one of two classes from a smaller probability on."""
    if len(t.classes) != 2:
        return ""
    call = "to_model().with_threshold(0.3)"
    if k == 0:
        call = f"to_model().with_threshold(0.7), as {t.classes[1]} is the positive one"
    return f", or lower the threshold of its probability ({call})"


def leak(t: Trained) -> Finding | None:
    """Return a finding if one input gives the target away."""
    n_rows, n_in = t.X.shape
    if n_rows < _FEW_ROWS or not 2 <= n_in <= _MANY_INPUTS:
        return None
    if t.labels is not None and len(t.classes) == 2:
        from scipy.stats import rankdata

        n_one = int(t.labels.sum())
        if not 0 < n_one < n_rows:
            return None
        ranks = rankdata(t.X, axis=0)[t.labels == 1].sum(axis=0)
        auc = (ranks - n_one * (n_one + 1) / 2) / (n_one * (n_rows - n_one))
        links, limit, what = np.maximum(auc, 1 - auc), LEAK_AUC, "AUC"
    elif HEADS[t.network.head].task == "regression" and t.data.T.shape[1] == 1:
        with np.errstate(invalid="ignore", divide="ignore"):
            links = np.nan_to_num(np.corrcoef(t.X.T, t.data.T[:, 0])[-1, :-1]) ** 2
        limit, what = LEAK_R2, "R²"
    else:
        return None
    best = int(links.argmax())
    if links[best] < limit:
        return None
    way = f": fit_table(..., drop={t.columns[best]!r})." if t.columns else " of the inputs."
    return Finding(
        "leak",
        float(links[best]),
        f"The input {t.names[best]} alone gives the target away ({what} {links[best]:.4f}).",
        f"If it is not known when predictions are made, leave it out{way}",
    )


def line_as_good(t: Trained) -> Finding | None:
    """Return a finding if a straight line fits the sampled rows as well as the network."""
    if len(t.network.layers) == 1 or len(t.X) < _FEW_ROWS or t.X.shape[1] > _MANY_INPUTS:
        return None
    loss = _line_loss(t)
    if loss is None or loss > LINE_AS_GOOD * t.loss or loss > NOTHING_LEARNED * t.guess:
        return None
    compared = "better" if loss < LINE_BETTER * t.loss else "as well"
    cures = _to_learn_more(t)
    if nothing_learned(t) is not None or neighbours_better(t) is not None:  # there is more to learn
        cure = f"Try {_either(cures or ['another random_state'])}."
    else:
        otherwise = f", or try {_either(cures)}" if cures else ""
        cure = f"Leave out the hidden layers (hidden_layer_sizes=()){otherwise}."
    return Finding(
        "line as good",
        loss / t.loss,
        f"A straight line fits the training rows {compared}: its loss is {loss:.3g}, that of the "
        f"network {t.loss:.3g}.",
        cure,
    )


def _line_loss(t: Trained) -> float | None:
    """Return the mean loss of a straight line on the sampled rows; None for other heads."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.preprocessing import StandardScaler

    X, weight = StandardScaler().fit_transform(t.X), t.data.weight
    if t.network.head == "regression":
        residuals = LinearRegression().fit(X, t.data.T, weight).predict(X) - t.data.T
        return float(np.average((residuals**2).sum(axis=1), weights=weight) / 2)
    if t.network.head not in ("binary", "multiclass") or t.labels is None or len(np.unique(t.labels)) < 2:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        line = LogisticRegression(max_iter=200).fit(X, t.labels, weight)
    z = line.decision_function(X)
    codes = np.searchsorted(line.classes_, t.labels)[:, np.newaxis]
    head = HEADS["binary" if z.ndim == 1 else "multiclass"]
    losses = head.loss(z[:, np.newaxis] if z.ndim == 1 else z, codes)
    return float(np.average(losses, weights=weight))


def neighbours_better(t: Trained) -> Finding | None:
    """Return a finding if the nearest rows predict far better than the network."""
    score = _neighbours_score(t)
    if score is None or score < t.score + NEIGHBOURS_BETTER:
        return None
    what = "R²" if t.labels is None else "accuracy"
    is_large = few_rows(t) is not None or overfitted(t) is not None  # they ask for a smaller one
    larger = [] if is_large else ["larger hidden_layer_sizes"]
    return Finding(
        "more to learn",
        score - t.score,
        f"There is more to learn: the {NEIGHBOURS} nearest rows predict a training row with {what} "
        f"{score:.2f}, the network with {t.score:.2f}.",
        f"Try {_either([*_to_learn_more(t), *larger, 'another random_state'])}.",
    )


def falls_short(t: Trained) -> bool:
    """Return whether a network is no better than guessing, or not as good as the nearest rows.

    Parameters
    ----------
    t : Trained
    """
    if not t.loss < NOTHING_LEARNED * t.guess:
        return t.guess > 0
    score = _neighbours_score(t)
    return score is not None and score > t.score


def _neighbours_score(t: Trained) -> float | None:
    """Return how well the nearest sampled rows predict one: accuracy, or R²; None if that shows nothing."""
    n_rows, n_in = t.X.shape
    if n_rows < _FEW_ROWS or n_in > _MANY_INPUTS or (t.labels is None and t.network.head != "regression"):
        return None
    from sklearn.neighbors import NearestNeighbors

    spread = t.X.std(axis=0)
    X = (t.X - t.X.mean(axis=0)) / np.where(spread > 0, spread, 1)
    # Of duplicates, a row itself need not come first: it is removed by its index.
    near = NearestNeighbors(n_neighbors=NEIGHBOURS + 1).fit(X).kneighbors(X, return_distance=False)
    others = np.array([[j for j in row if j != i][:NEIGHBOURS] for i, row in enumerate(near)])
    if t.labels is None:
        return r2(t.data.T[others].mean(axis=1), t.data.T)
    weight = np.ones(n_rows) if t.data.weight is None else t.data.weight
    votes = np.zeros((n_rows, len(t.classes)))
    for neighbour in others.T:
        votes[np.arange(n_rows), t.labels[neighbour]] += weight[neighbour]
    return float(np.average(votes.argmax(axis=1) == t.labels, weights=weight))


CHECKS: tuple[Callable[[Trained], Finding | None], ...] = (
    diverged,
    nothing_learned,
    still_improving,
    oscillating,
    uneven_inputs,
    dead_units,
    saturated_units,
    overfitted,
    never_predicted,
    leak,
    line_as_good,
    neighbours_better,
    few_rows,
)
"""The checks, in the order in which their findings are listed."""

CHECKS_OF_A_DIVERGED_TRAINING = (diverged, uneven_inputs, leak)
"""The others ask what a training has come to that worked."""

GRAVE_CHECKS = (nothing_learned,)
"""The checks whose findings `fit` adds to its warning; that a training diverged, the warning says itself."""
