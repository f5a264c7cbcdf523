"""A verdict in words: sentences, warnings and a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from textwrap import fill

import numpy as np

from separatrix.evaluate.intervals import FloatArray, IntArray, Interval
from separatrix.select.candidates import (
    LAYERS,
    Candidates,
    parameter_text,
    sizes_text,
    varying_parameters,
)
from separatrix.select.corrected_ttest import CorrectedTest, corrected_t_test
from separatrix.select.verdict import Verdict
from separatrix.text import LARGEST_PLAIN, aligned, p_text, plain_spec, plural

NOTE_WIDTH = 105
N_LISTED = 10  # candidates in the table, without the smallest that is as good

# With four splits the standard error itself is uncertain by some 40 %, and the t-test needs 3.2 of them.
MIN_SPLITS = 5

Rows = list[tuple[str, ...]]


def verdict_text(verdict: Verdict) -> str:
    """Return a verdict as plain sentences, the warnings, and an aligned table of the best candidates.

    Parameters
    ----------
    verdict : Verdict

    Returns
    -------
    str
        Sentences, warnings, table and a note on the table, separated by empty lines.
    """
    sentences, rows, note = verdict_parts(verdict)
    return "\n\n".join([sentences, aligned(rows), fill(note, NOTE_WIDTH)])


def verdict_parts(verdict: Verdict) -> tuple[str, Rows, str]:
    """Return the parts of `verdict_text`: sentences with warnings, rows with their header first, note.

    Parameters
    ----------
    verdict : Verdict

    Returns
    -------
    sentences : str
    rows : list of tuple of str
    note : str
    """
    sentences = (_best(verdict), _smallest(verdict), _linear_baseline(verdict), _bias(verdict))
    paragraphs = ["\n".join(sentence for sentence in sentences if sentence)]
    if verdict.warnings:
        paragraphs.append("\n".join(f"Warning: {warning}" for warning in verdict.warnings))
    return "\n\n".join(paragraphs), _table(verdict), _note(verdict)


def _best(verdict: Verdict) -> str:
    which = "The only candidate" if verdict.n_scored == 1 else f"The best of {verdict.n_scored} candidates"
    n_splits = len(verdict.baseline_scores)
    over = "one split" if n_splits == 1 else f"{n_splits} splits"
    return f"{which} has {_network(verdict, verdict.best)}: {_mean_score(verdict, verdict.best)} over {over}."


def _smallest(verdict: Verdict) -> str:
    best, smallest = verdict.best, verdict.smallest_as_good
    if best == smallest:
        has_error = math.isfinite(verdict.standard_error[best])
        return "No smaller one is as good within one standard error." if has_error else ""
    parameters = verdict.candidates.n_parameters
    saved = int(parameters[best] - parameters[smallest])
    # The paired test may find a difference on the same folds that is within one standard error.
    test = verdict.smallest_vs_best
    behind = f"; compared fold by fold, however, it is {_advantage(test)}" if test.is_significant else ""
    return (
        f"The smallest that is as good within one standard error has {_network(verdict, smallest)}, "
        f"{saved:,} fewer: {_mean_score(verdict, smallest)}{behind}."
    )


def _linear_baseline(verdict: Verdict) -> str:
    if verdict.baseline_is_enough:
        enough = f"A straight line is enough: {_why_enough(verdict)}"
        if verdict.candidates.n_limited[verdict.best]:
            enough += " But the networks were not fully trained: the best was still improving at max_iter."
        return enough
    is_best = verdict.best == verdict.smallest_as_good
    if not verdict.candidates.hidden_layer_sizes[verdict.smallest_as_good]:
        is_best = True  # the smallest is a straight line itself, and the best is better fold by fold
    test = verdict.best_vs_baseline if is_best else verdict.smallest_vs_baseline
    if test is None:
        return ""
    which = "the best" if is_best else "the smallest that is as good"
    difference = f"compared with {_baseline(verdict)}, {which} is {_advantage(test)}"
    if test.is_significant:
        return f"A hidden layer helps: {difference}."
    return f"It is not clear whether a hidden layer helps: {difference}, which could be chance."


def _why_enough(verdict: Verdict) -> str:
    if verdict.baseline_mean >= verdict.mean[verdict.best]:
        return f"no candidate is better than {_baseline(verdict)}."
    if not verdict.candidates.hidden_layer_sizes[verdict.best]:
        return "the best has no hidden layer."
    test = verdict.best_vs_baseline
    if test is None or verdict.baseline_mean < verdict.threshold:
        return "a candidate without hidden layer is as good as the best within one standard error."
    reason = f"{_baseline(verdict)} is as good as the best within one standard error."
    return f"{reason} The best is {_advantage(test)}, which could be chance."


def _bias(verdict: Verdict) -> str:
    """Return by how much the best score is too good because it was chosen."""
    bias = verdict.selection.bias
    if verdict.n_scored == 1 or bias is None:
        return ""
    effect = "hardly affects its score"
    if bias > verdict.standard_error[verdict.best] / 20:
        effect = f"makes its score too good by roughly {bias:{plain_spec(bias, 2)}}"
    score, metric = verdict.selection.score, verdict.candidates.shown_metric
    shown = score if metric.sign > 0 else -score
    return (
        f"The best was chosen among {verdict.n_scored}, which {effect}: "
        f"on new data, expect {metric.name} {_plain_interval(shown)}."
    )


def _network(verdict: Verdict, index: int) -> str:
    """Return ``hidden layers of 8 and 4 units (65 parameters)``."""
    sizes = verdict.candidates.hidden_layer_sizes[index]
    parameters = f"({int(verdict.candidates.n_parameters[index]):,} parameters)"
    if not sizes:
        return f"no hidden layer {parameters}"
    *first, last = sizes
    units = "unit" if sum(sizes) == 1 else "units"
    if first:
        return f"hidden layers of {', '.join(map(str, first))} and {last} {units} {parameters}"
    return f"one hidden layer of {last} {units} {parameters}"


def _mean_score(verdict: Verdict, index: int) -> str:
    score = _score(verdict, verdict.mean[index], verdict.standard_error[index])
    return f"{verdict.candidates.shown_metric.name} {score}"


def _baseline(verdict: Verdict) -> str:
    """Return ``logistic regression (log-loss 0.213 ± 0.021)``."""
    score = _score(verdict, verdict.baseline_mean, verdict.baseline_standard_error)
    return f"{verdict.linear_baseline} ({verdict.candidates.shown_metric.name} {score})"


def _score(verdict: Verdict, mean: float, error: float) -> str:
    """Return ``0.213 ± 0.021`` with the sign of the metric in words."""
    shown = verdict.candidates.shown_metric.sign * float(mean)
    if math.isnan(shown):
        return "-"
    if math.isnan(error):
        return f"{shown:{plain_spec(shown, 4)}}"
    spec = plain_spec(error, 2) if 1e-4 <= error < LARGEST_PLAIN else plain_spec(shown, 4)
    return f"{shown:{spec}} ± {error:{spec}}"


def _advantage(test: CorrectedTest) -> str:
    """Return ``better by 0.08 [0.03, 0.13], p = 0.002``, or ``worse by`` a positive number."""
    difference, word = test.difference, "better"
    if difference.value is not None and difference.value < 0:
        difference, word = -difference, "worse"
    p_value = "" if test.p_value is None else f", p {p_text(test.p_value)}"
    return f"{word} by {_plain_interval(difference)}{p_value}"


def _plain_interval(interval: Interval) -> str:
    """Return all three numbers with the decimals that the greatest needs."""
    ends = (interval.value, interval.low, interval.high)
    return format(interval, plain_spec(max(abs(end) for end in ends if end is not None), 3))


def _table(verdict: Verdict) -> Rows:
    """Return the header, the best candidates in order, the smallest that is as good, and the baseline."""
    candidates = verdict.candidates
    scored = np.flatnonzero(np.isfinite(verdict.mean))
    ranked = [int(index) for index in scored[np.argsort(-verdict.mean[scored], kind="stable")]]
    ranked.remove(verdict.best)
    listed = [verdict.best, *ranked][:N_LISTED]
    if verdict.smallest_as_good not in listed:
        listed.append(verdict.smallest_as_good)
    varying = varying_parameters(candidates.params, digits=3)
    names = [name.removeprefix(_prefix(candidates)) for name in varying]
    metric = candidates.shown_metric.name
    rows: Rows = [("", "layers", *names, "parameters", metric, "advantage", "p", "p, best")]
    for index in listed:
        params = candidates.params[index]
        vs_baseline = _test(candidates, index, verdict.baseline_scores)
        vs_best = _test(candidates, index, candidates.scores[verdict.best])
        rows.append(
            (
                _role(verdict, index),
                sizes_text(candidates.hidden_layer_sizes[index]),
                *(parameter_text(params.get(name, "-"), digits=3) for name in varying),
                f"{int(candidates.n_parameters[index]):,}",
                _score(verdict, verdict.mean[index], verdict.standard_error[index]),
                "-" if vs_baseline.difference.value is None else _plain_interval(vs_baseline.difference),
                _p_cell(vs_baseline),
                "-" if index == verdict.best else _p_cell(vs_best),
            )
        )
    score = _score(verdict, verdict.baseline_mean, verdict.baseline_standard_error)
    p_value = "-" if verdict.best_vs_baseline is None else _p_cell(verdict.best_vs_baseline)
    missing = ["-"] * len(varying)
    rows.append((verdict.linear_baseline, "none", *missing, "-", score, "-", "-", p_value))
    return rows


def _test(candidates: Candidates, index: int, scores: FloatArray) -> CorrectedTest:
    return corrected_t_test(candidates.scores[index], scores, candidates.n_train, candidates.n_test)


def _p_cell(test: CorrectedTest) -> str:
    return "-" if test.p_value is None else p_text(test.p_value).removeprefix("= ")


def _note(verdict: Verdict) -> str:
    better = "lower" if verdict.candidates.shown_metric.sign < 0 else "higher"
    return (
        f"± one standard error; {better} is better. The advantage is over {verdict.linear_baseline}, with "
        "its 95 % interval and p of no difference; the last p is of no difference from the best. All are "
        "corrected for overlapping folds, and optimistic for the best, which was chosen by the same scores."
    )


def _role(verdict: Verdict, index: int) -> str:
    if index == verdict.best:
        return "best"
    return "smallest as good" if index == verdict.smallest_as_good else ""


def _prefix(candidates: Candidates) -> str:
    """Return the prefix of the network's parameters in a pipeline, such as ``mlp__``."""
    names = (name for params in candidates.params for name in params)
    return next((name.removesuffix(LAYERS) for name in names if name.endswith(LAYERS)), "")


def verdict_warnings(
    candidates: Candidates, best: int, smallest: int, missing_baseline: str | None
) -> tuple[str, ...]:
    """Return the problems of a search, each with its cure.

    Parameters
    ----------
    candidates : Candidates
    best, smallest : int
        Indices of the best candidate, and of the smallest that is as good.
    missing_baseline : str or None
        Name of the linear baseline if it lacks a score.
    """
    chosen = {best: "the best"}
    if smallest != best:
        chosen[smallest] = "the smallest that is as good"
    found = (
        _limited(candidates.n_limited, chosen),
        _diverged(candidates),
        _failed(candidates),
        _few_splits(candidates.scores.shape[1]),
        _no_baseline(missing_baseline),
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
        f"{_of(count, len(n_limited))} were still improving at max_iter on at least one split{among}: "
        "raise max_iter or learning_rate_init."
    )


def _diverged(candidates: Candidates) -> str:
    count = int((candidates.n_diverged > 0).sum())
    if not count:
        return ""
    return f"{_of(count, len(candidates))} diverged on at least one split: lower learning_rate_init."


def _failed(candidates: Candidates) -> str:
    count = int((~np.isfinite(candidates.mean) & (candidates.n_diverged == 0)).sum())
    if not count:
        return ""
    return (
        f"{_of(count, len(candidates))} cannot be chosen because they have no score on at least one split: "
        "find out why training or scoring failed."
    )


def _few_splits(n_splits: int) -> str:
    if n_splits == 1:
        return "One split gives no standard error, so all of this may be chance: raise cv or n_repeats."
    if n_splits < MIN_SPLITS:
        return f"{n_splits} splits are too few for a reliable standard error: raise cv or n_repeats."
    return ""


def _no_baseline(name: str | None) -> str:
    if name is None:
        return ""
    return (
        f"{name[0].upper()}{name[1:]} has no score on at least one split, so nothing is compared with it: "
        "find out why its training failed."
    )


def _all_equal(candidates: Candidates) -> str:
    scores = candidates.scores[np.isfinite(candidates.mean)]
    if len(scores) < 2 or np.ptp(scores, axis=0).max() > 1e-12 * np.abs(scores).max():
        return ""
    return (
        "All candidates have the same score: nothing was learned, or the task is too easy for this metric; "
        "raise max_iter or learning_rate_init, or choose another metric."
    )


def _edge(layers: Sequence[tuple[int, ...]], smallest: int) -> str:
    """Return a warning if the smallest that is as good is at an end of the search space."""
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
        "a larger network may be better."
    )


def _of(count: int, n_candidates: int) -> str:
    """Return ``3 of 40 candidates``."""
    return f"{count} of {plural(n_candidates, 'candidate')}"
