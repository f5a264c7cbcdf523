"""Pictures of a report: inline SVG whose ink follows the colours of the page, light or dark."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter
from numpy.typing import NDArray

from separatrix.evaluate.calibration import CalibrationBin
from separatrix.evaluate.thresholds import Thresholds
from separatrix.explain.subject import shortened
from separatrix.plots.axes import as_written
from separatrix.report.dependence import Dependence
from separatrix.report.importance import Importance

Array = NDArray[Any]

INK, FAINT = "#010203", "#040506"
"""Colours that stand for those of the page until the picture is written."""

COLORS = ("#3f7fd9", "#dd8a2e", "#3aa17e", "#b05fb5", "#c9504d", "#8a7a3a", "#5f8f9e")
MUTED = "#8b919b"
WIDTH, HEIGHT = 4.6, 3.1  # inches
SHOWN_GROUPS = 15
LEGEND_LETTERS = 66
"""Letters in a line of a legend, with 6 for the line before each name."""

SHORTENED = 0.5
"""A calibration whose points and intervals are all below this has shorter axes."""

MOST_POINTS = 2000
"""Points of a scatter; of more, a sample that keeps the extreme ones."""

_STYLE: Any = {
    "font.family": ["sans-serif"],
    "font.size": 9.0,
    "svg.fonttype": "none",
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": FAINT,
    "grid.linewidth": 0.5,
    "axes.axisbelow": True,
    "legend.frameon": False,
    "legend.fontsize": 8.0,
    "lines.linewidth": 1.6,
}


def picture(
    draw: Callable[[Axes], object], title: str, *, width: float = WIDTH, height: float = HEIGHT
) -> str:
    """Return a picture as an SVG element that a screen reader calls by its title.

    Parameters
    ----------
    draw : callable
        Draws into the axes that it gets.
    title : str
        What the picture shows, in words.
    width, height : float
        Inches.
    """
    with mpl.rc_context({**_STYLE, "svg.hashsalt": title}):
        figure = Figure(figsize=(width, height), layout="constrained")
        draw(figure.add_subplot())
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return _inline(buffer.getvalue(), title)


def _inline(svg: str, title: str) -> str:
    """Return the element alone, with the colours of the page, and without a word of outer addresses."""
    element = svg[svg.index("<svg") :]
    element = re.sub(r"<metadata>.*?</metadata>", "", element, flags=re.DOTALL)
    element = element.replace(INK, "currentColor").replace(FAINT, "var(--faint)")
    # The first tag carries sizes in points; the page decides them.
    head, _, body = element.partition(">")
    view = re.search(r'viewBox="([^"]+)"', head)
    box = view[1] if view else "0 0 331 223"
    width = float(box.split()[2])
    attributes = (
        f'viewBox="{box}" style="max-width:{width * 4 / 3:.0f}px" role="img" aria-label="{_attribute(title)}"'
    )
    return f'<svg xmlns:xlink="http://www.w3.org/1999/xlink" {attributes}>{body}'


def _attribute(text: str) -> str:
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(sign, entity)
    return text


def _name(text: object, length: int = 28) -> str:
    """Return a user's text as matplotlib writes it, without mathematics."""
    return as_written(shortened(text, length))


def _legend_below(ax: Axes) -> None:
    """Add a legend below the axes, where it hides nothing."""
    handles, names = ax.get_legend_handles_labels()
    assert isinstance(ax.figure, Figure)
    ax.figure.legend(
        handles,
        names,
        loc="outside lower center",
        ncols=_legend_columns(names),
        columnspacing=1.2,
        handlelength=1.4,
    )


def _legend_columns(names: Collection[object]) -> int:
    """Return the columns of a legend that is as wide as a picture."""
    lengths = [len(_name(name)) + 6 for name in names]
    for n_columns in range(len(lengths), 1, -1):
        n_rows = -(-len(lengths) // n_columns)
        if sum(max(lengths[i : i + n_rows]) for i in range(0, len(lengths), n_rows)) <= LEGEND_LETTERS:
            return n_columns
    return 1


def _legend_height(names: Collection[object]) -> float:
    """Return the inches that a legend needs."""
    return 0.1 + 0.17 * -(-len(names) // _legend_columns(names))


def curve_picture(
    curves: Mapping[str, tuple[Array, Array]], title: str, x: str, y: str, *, diagonal: bool
) -> str:
    """Return ROC or precision-recall curves; the first is that of the model."""

    def draw(ax: Axes) -> None:
        if diagonal:
            ax.plot([0, 1], [0, 1], "--", color=MUTED, linewidth=1)
        for number, (name, (across, up)) in enumerate(curves.items()):
            color, width = (COLORS[number % len(COLORS)], 2.0 if number == 0 else 1.1)
            ax.plot(across, up, color=color, linewidth=width, label=_name(name))
        ax.set(xlabel=x, ylabel=y, xlim=(-0.01, 1.01), ylim=(-0.02, 1.03))
        _legend_below(ax)

    return picture(draw, title, height=HEIGHT + _legend_height(curves))


def have_one_size(bins: Sequence[CalibrationBin]) -> bool:
    """Return whether the points of a calibration have about as many rows, so that one number says it."""
    sizes = [each.n_rows for each in bins]
    return len(bins) > 2 and max(sizes) <= 1.2 * min(sizes)


def calibration_picture(bins: Sequence[CalibrationBin], label: str) -> str:
    """Return how often a class comes true beside its probability, with the number of rows of each point.

    The axes of a rare class end above its points.
    """
    x, y = [each.predicted for each in bins], [each.observed.value or 0.0 for each in bins]
    top = max(*x, *y, *(each.observed.high or 0.0 for each in bins), 0.01)
    end = 1.0 if top > SHORTENED else 1.1 * top

    def draw(ax: Axes) -> None:
        ax.plot([0, end], [0, end], "--", color=MUTED, linewidth=1)
        for each in bins:
            low, high = each.observed.low, each.observed.high
            if low is not None and high is not None:
                ax.plot([each.predicted] * 2, [low, high], color=COLORS[0], linewidth=1.2)
        ax.plot(x, y, "o", color=COLORS[0], markersize=5)
        fewest, most = min(each.n_rows for each in bins), max(each.n_rows for each in bins)
        is_one_number = have_one_size(bins)
        if is_one_number:  # beside each of many points, numbers hide one another
            some = f"{most:,}" if fewest == most else f"{fewest:,} to {most:,}"
            ax.text(0.02, 0.97, f"each point: {some} rows", transform=ax.transAxes, va="top", fontsize=7.5)
        for each in () if is_one_number else bins:
            high = each.observed.high or 0.0
            above = high < 0.9 * end
            ax.annotate(
                f"{each.n_rows:,}",
                (each.predicted, high if above else each.observed.low or 0.0),
                xytext=(0, 2 if above else -3),
                textcoords="offset points",
                ha="center",
                va="bottom" if above else "top",
                fontsize=6.5,
            )
        ax.set(
            xlabel="predicted probability",
            ylabel="fraction that came true",
            xlim=(-0.03 * end, 1.03 * end),
            ylim=(-0.03 * end, 1.08 * end),
        )
        ax.xaxis.set_major_locator(MaxNLocator(5))

    return picture(draw, f"Calibration of {label}")


def importance_picture(importance: Importance) -> str:
    """Return the importance of the first groups of columns as bars with intervals."""
    groups = importance.groups[:SHOWN_GROUPS][::-1]

    def draw(ax: Axes) -> None:
        values = [group.loss.value or 0.0 for group in groups]
        colors = [COLORS[0] if group.is_clear else MUTED for group in groups]
        places = np.arange(len(groups))
        ax.barh(places, values, color=colors, height=0.62)
        for place, group in zip(places, groups, strict=True):
            if group.loss.low is not None and group.loss.high is not None:
                ax.plot([group.loss.low, group.loss.high], [place, place], color=INK, linewidth=1.1)
        ax.axvline(0, color=INK, linewidth=0.7)
        ax.set_yticks(places, [_name(group.name, 30) for group in groups])
        ax.grid(visible=False, axis="y")
        fall = "fall of R²" if importance.metric == "R²" else f"rise of the {importance.metric}"
        ax.set_xlabel(f"{fall} when shuffled")
        ax.xaxis.set_major_locator(MaxNLocator(5))

    return picture(draw, "Which columns matter", height=0.9 + 0.27 * len(groups))


def dependence_picture(dependence: Dependence, answer: str, low: float, high: float) -> str:
    """Return how the mean answer depends on one column, on a scale from `low` to `high`."""

    def draw(ax: Axes) -> None:
        many = len(dependence.outputs) > 1
        for number, output in enumerate(dependence.outputs):
            look: dict[str, Any] = {
                "color": COLORS[number % len(COLORS)],
                "label": _name(output) if many else None,
            }
            if dependence.is_number:
                ax.plot(dependence.values, dependence.answers[:, number], **look)
            else:
                places = np.arange(len(dependence.values))
                ax.plot(dependence.answers[:, number], places, "o", **look)
        if dependence.is_number:
            ax.plot(dependence.values, np.full(len(dependence.values), low), "|", color=INK, markersize=8)
            ax.set(xlabel=_name(dependence.column, 40), ylabel=_name(answer, 40), ylim=(low, high))
            ax.xaxis.set_major_locator(MaxNLocator(5))
        else:
            names = [
                f"{_name(v, 20)} ({n:,})" for v, n in zip(dependence.values, dependence.counts, strict=True)
            ]
            ax.set_yticks(np.arange(len(names)), names)
            ax.set(ylim=(len(names) - 0.5, -0.5), xlim=(low, high))
            ax.set(xlabel=_name(answer, 40), ylabel=_name(dependence.column, 40))
        if many:
            _legend_below(ax)

    height = HEIGHT if dependence.is_number else min(HEIGHT, 0.9 + 0.24 * len(dependence.values))
    height += _legend_height(dependence.outputs) if len(dependence.outputs) > 1 else 0.0
    return picture(draw, f"How the answer depends on {dependence.column}", height=height)


def threshold_picture(table: Thresholds, kept: float | None) -> str:
    """Return precision, recall, share flagged and cost against the cut."""

    def draw(ax: Axes) -> None:
        cuts = [cut.threshold for cut in table.cuts]
        costs = np.array([cut.cost for cut in table.cuts])
        lines: dict[str, list[float | None]] = {
            "precision": [cut.precision for cut in table.cuts],
            "recall": [*(cut.recall for cut in table.cuts)],
            "flagged": [*(cut.flagged for cut in table.cuts)],
        }
        for color, (name, values) in zip(COLORS, lines.items(), strict=False):
            ax.plot(cuts, [np.nan if value is None else value for value in values], color=color, label=name)
        ax.plot(cuts, costs / (costs.max() or 1.0), "--", color=COLORS[4], label="cost (of its maximum)")
        marked = _marked_cuts(table, kept)
        for number, (cut, name, color, style) in enumerate(marked):
            ax.axvline(cut, color=color, linewidth=0.8, linestyle=style)
            at = (cut, 1.03 + 0.06 * number)  # each name above the other, as the lines may be near
            ax.annotate(name, at, ha="center", va="bottom", fontsize=7, annotation_clip=False)
        shown = [cut.threshold for cut in table.cuts if cut.n_flagged] + [cut for cut, *_ in marked]
        right = min(1.0, 1.15 * max(shown, default=1.0))  # probabilities of a rare class are all small
        ax.set(xlabel="cut: flagged from this probability on", xlim=(0, right), ylim=(-0.02, 1.03))
        ax.yaxis.set_major_formatter(PercentFormatter(1.0))
        ax.legend(
            loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=4, columnspacing=1.0, handlelength=1.4
        )

    return picture(draw, "Precision, recall, rows flagged and cost at each cut", height=3.5)


def _marked_cuts(table: Thresholds, kept: float | None) -> list[tuple[float, str, str, str]]:
    """Return the cuts that have a line: each with its name, colour and style."""
    marked = []
    if kept is not None:
        name = "kept, cheapest" if table.pays and kept == table.cheapest else "kept"
        marked.append((kept, name, COLORS[3], "-"))
    if table.pays and kept != table.cheapest:
        marked.append((table.cheapest, "cheapest", INK, ":"))
    return marked


def learning_picture(curves: Mapping[str, Sequence[float]], kept_epoch: int | None, label: str) -> str:
    """Return the loss of each epoch, of the training and of the validation rows."""

    def draw(ax: Axes) -> None:
        for color, (name, values) in zip(COLORS, curves.items(), strict=False):
            ax.plot(np.arange(1, len(values) + 1), values, color=color, label=name)
        if kept_epoch is not None:
            ax.axvline(kept_epoch, color=INK, linewidth=0.8, linestyle=":", label=f"epoch {kept_epoch}, kept")
        shown = np.concatenate([np.asarray(values, float) for values in curves.values()])
        shown = shown[np.isfinite(shown)]
        if len(shown) and shown.min() > 0 and shown.max() > 20 * shown.min():
            ax.set_yscale("log")
        ax.set(xlabel="epoch", ylabel=label)
        ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        _legend_below(ax)

    return picture(draw, "Learning curves", height=HEIGHT + _legend_height([*curves, "epoch, kept"]))


def prediction_picture(truth: Array, predicted: Array, name: str) -> str:
    """Return predicted against true numbers; of many rows, a sample."""
    rows = np.arange(len(truth))
    if len(rows) > MOST_POINTS:
        largest = np.argsort(-np.abs(truth - predicted), kind="stable")[: MOST_POINTS // 10]
        others = np.random.RandomState(0).permutation(len(rows))[: MOST_POINTS - len(largest)]
        rows = np.unique(np.concatenate([largest, others]))

    def draw(ax: Axes) -> None:
        ends = [float(min(truth.min(), predicted.min())), float(max(truth.max(), predicted.max()))]
        ax.plot(ends, ends, "--", color=MUTED, linewidth=1)
        ax.scatter(
            predicted[rows],
            truth[rows],
            s=9,
            color=COLORS[0],
            alpha=0.45,
            linewidths=0,
            rasterized=len(rows) > 300,
        )
        ax.set(xlabel=f"predicted {_name(name)}", ylabel=f"true {_name(name)}")
        ax.xaxis.set_major_locator(MaxNLocator(5))

    return picture(draw, "Predicted and true values")


def residual_picture(truth: Array, predicted: Array, name: str) -> str:
    """Return a histogram of the errors."""

    def draw(ax: Axes) -> None:
        errors = predicted - truth
        low, high = np.quantile(errors, [0.005, 0.995])
        span = (low, high) if low < high else None
        ax.hist(np.clip(errors, low, high), bins=30, range=span, color=COLORS[0])
        ax.axvline(0, color=INK, linewidth=0.7)
        ax.set(xlabel=f"predicted minus true {_name(name)}", ylabel="rows")
        ax.xaxis.set_major_locator(MaxNLocator(5))

    return picture(draw, "Errors")


def score_picture(scores: Mapping[str, tuple[float, float, float]], metric: str) -> str:
    """Return each model's score with its interval; the first is the model."""
    names = list(scores)[::-1]

    def draw(ax: Axes) -> None:
        for place, name in enumerate(names):
            value, low, high = scores[name]
            color = COLORS[0] if place == len(names) - 1 else MUTED
            ax.plot([low, high], [place, place], color=color, linewidth=2)
            ax.plot([value], [place], "o", color=color, markersize=6)
        ax.set_yticks(np.arange(len(names)), [_name(name) for name in names])
        ax.set(xlabel=metric, ylim=(-0.6, len(names) - 0.4))
        ax.grid(visible=False, axis="y")
        ax.xaxis.set_major_locator(MaxNLocator(5))

    return picture(draw, f"{metric} of all models", height=0.8 + 0.32 * len(names))
