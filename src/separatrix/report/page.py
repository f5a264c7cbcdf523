"""Page: a report as one HTML document with inline pictures, without scripts and without network requests."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from importlib.metadata import version

from separatrix.evaluate.baseline_models import GRADIENT_BOOSTING, boosting_text
from separatrix.evaluate.classification import ClassificationReport
from separatrix.evaluate.comparison import Comparison
from separatrix.evaluate.intervals import Interval
from separatrix.evaluate.thresholds import Thresholds
from separatrix.report import pictures
from separatrix.report.content import Content, verdict_sentence
from separatrix.report.dependence import dependence_range
from separatrix.report.rows import ShownRow
from separatrix.report.style import STYLE
from separatrix.text import p_text, plain_spec, plural

MAX_COLUMNS = 200
MAX_CLASSES = 20  # of a confusion matrix that is shown
MODEL_FILE = "model.safetensors"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

_OUTCOMES = {
    "better": ("better", "good"),
    "looks better": ("not clearly better", "open"),
    "no better": ("no better", "open"),
    "worse": ("worse", "bad"),
    "too few rows": ("too few rows", "open"),
}


def page(report: Content) -> str:
    """Return the whole document."""
    title = f"Predicting {report.target}"
    body = "\n".join(part for part in _parts(report, title) if part)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n"
        f"</main>\n<footer>Separatrix {version('separatrix')}; this page needs no network.</footer>"
        "\n</body>\n</html>\n"
    )


def _parts(report: Content, title: str) -> Iterator[str]:
    yield f"<header><h1>{escape(title)}</h1>{_question(report)}</header>"
    yield _section("Is it worth it?", _verdict(report))
    yield _section("How good is it?", _scores(report))
    yield _section("Where is it right?", _quality(report))
    yield _section("Which columns matter?", _importance(report))
    if report.thresholds is not None:
        yield _section("Where to cut?", _thresholds(report))
    yield _section("Which rows stand out?", _rows(report))
    yield _section("The data as understood", _columns(report))
    if report.learning is not None:
        yield _section("How it was trained", _learning(report))
    if report.advice:
        yield _section("What to try next", _list(report.advice))
    yield _section("How to use the model", _usage(report))


def _section(title: str, content: str) -> str:
    return f"<section>\n<h2>{escape(title)}</h2>\n{content}\n</section>"


def _text(sentence: str, css: str = "") -> str:
    attribute = f' class="{css}"' if css else ""
    return f"<p{attribute}>{escape(sentence)}</p>"


def _list(sentences: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(sentence)}</li>' for sentence in sentences)}</ul>"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]], css: str = "") -> str:
    """Return a table that scrolls within the page if it is wide; the first column names the rows."""
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in header)
    lines = []
    for first, *cells in rows:
        data = "".join(f"<td>{_cell(cell)}</td>" for cell in cells)
        lines.append(f'<tr><th scope="row">{escape(first)}</th>{data}</tr>')
    return (
        f'<div class="wide"><table class="{css}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def _cell(text: str) -> str:
    """Return a cell; the ends of an interval are smaller than its value."""
    value, bracket, ends = text.partition(" [")
    if not bracket or not ends.endswith("]"):
        return escape(text)
    return f'{escape(value)} <span class="ends">[{escape(ends)}</span>'


def _figures(*svgs: tuple[str, str]) -> str:
    """Return pictures side by side where they fit, each with a sentence below."""
    figures = "".join(
        f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>" for svg, caption in svgs if svg
    )
    return f'<div class="figures">{figures}</div>'


def _question(report: Content) -> str:
    n_columns = sum(column.is_used for column in report.columns)
    if report.classes is None:
        what = "a number"
    else:
        names = [str(label) for label in report.classes.tolist()]
        shown = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
        what = f"one of {shown}"
    source = f" of {report.source}" if report.source else ""
    asked = f"What is {report.target} ({what}) of a row, given {plural(n_columns, 'column')}{source}?"
    n_trained = report.n_trained or report.n_train
    trained = "" if n_trained is None else f" It was trained on {plural(n_trained, 'row')}."
    rows = report.assessment.rows or _judging_rows(report)
    judged = f"The model is {report.model}.{trained} It was judged on {rows}."
    return _text(asked, "question") + _text(judged)


def _judging_rows(report: Content) -> str:
    """Return which rows judge; that the model has not seen them is said where all its rows are known."""
    rows = plural(report.assessment.model.n_rows, "row")
    if report.n_train is None:
        return rows
    if report.n_shared:
        have = "has" if report.n_shared == 1 else "have"
        return f"{rows}, of which {report.n_shared:,} {have} the same cells as a training row"
    is_known = report.n_trained is None or report.n_trained <= report.n_train
    return f"{rows} that it has not seen" if is_known else rows


def _verdict(report: Content) -> str:
    comparisons = report.assessment.comparisons
    css = "good"
    if any(each.outcome == "worse" for each in comparisons):
        css = "bad"
    elif not comparisons or any(each.outcome != "better" for each in comparisons):
        css = "open"
    if css == "good" and report.assessment.cost_advice:
        css = "open"
    costs = report.assessment.cost_verdict
    content = f'<p class="verdict {css}">{escape(verdict_sentence(report.assessment))}'
    content += f" <span>{escape(costs)}</span></p>" if costs else "</p>"
    if comparisons:
        content += _table(
            ("compared with", "the model is", "advantage", "p"), [_comparison(each) for each in comparisons]
        )
    notes = [
        f"The solver of {name} stopped at its limit: it could be better."
        for name in report.assessment.unconverged
    ]
    if report.n_train is None:
        notes.append("The training rows are not known here, so that no line and no trees were fitted.")
    notes += [note for note in (report.assessment.weight_note, *report.assessment.notes) if note]
    notes.append("Advantages have 95 % intervals. A difference with p of 0.05 or more could be chance.")
    return content + "".join(_text(note, "note") for note in notes)


def _comparison(each: Comparison) -> tuple[str, ...]:
    p_value = "–" if each.primary.p_value is None else p_text(each.primary.p_value).removeprefix("= ")
    size = format(each.primary.advantage, plain_spec(each.primary.advantage.value or 0.0, 3))
    return each.names[1], _OUTCOMES[each.outcome][0], f"{each.primary.metric}: {size}", p_value


def _scores(report: Content) -> str:
    reports = report.assessment.reports
    metrics = {name: _metrics(each) for name, each in reports.items()}
    names = list(next(iter(metrics.values())))
    header = ("", *reports)
    rows = [(metric, *(_interval(values[metric]) for values in metrics.values())) for metric in names]
    is_class = report.classes is not None
    metric = "RMSE"
    if is_class:
        metric = "ROC AUC" if report.assessment.decided_by == "ROC AUC" else "log-loss"
    points = {
        name: (each.value, each.low, each.high)
        for name, each in ((name, values[metric]) for name, values in metrics.items())
        if each.value is not None and each.low is not None and each.high is not None
    }
    note = (
        "95 % intervals in brackets. Costs, log-loss and Brier score are better when lower."
        if is_class
        else ("95 % intervals in brackets. RMSE and MAE are in the unit of the target; lower is better.")
    )
    if report.assessment.cut_note:
        note += f" {report.assessment.cut_note}"
    picture = _figures((pictures.score_picture(points, metric), _better(metric))) if points else ""
    if GRADIENT_BOOSTING in reports:
        note += f" {boosting_text()}"
    return _table(header, rows, "numbers") + _text(note, "note") + picture


def _better(metric: str) -> str:
    return f"{metric}, {'higher' if metric == 'ROC AUC' else 'lower'} is better; lines are 95 % intervals."


def _metrics(each: object) -> dict[str, Interval]:
    if isinstance(each, ClassificationReport):
        of_cost = {} if each.cost is None else {"cost of a row": each.cost}
        return of_cost | {
            "accuracy": each.accuracy,
            "balanced accuracy": each.balanced_accuracy,
            "ROC AUC": each.roc_auc,
            "average precision": each.average_precision,
            "log-loss": each.log_loss,
            "Brier score": each.brier,
        }
    (row,) = each.per_target  # type: ignore[attr-defined]
    return {"R²": row.r2, "RMSE": row.rmse, "MAE": row.mae}


def _interval(interval: Interval) -> str:
    if interval.value is None:
        return "undefined"
    spec = "z.3f" if abs(interval.value) < 10 else plain_spec(interval.value, 4)
    return f"{interval.value:{spec}}" if interval.low is None else format(interval, spec)


def _quality(report: Content) -> str:
    model = report.assessment.model
    if not isinstance(model, ClassificationReport):
        name = report.target
        return _figures(
            (
                pictures.prediction_picture(report.truth, report.answers, name),
                "Points on the dashed line are predicted exactly.",
            ),
            (pictures.residual_picture(report.truth, report.answers, name), "How large the errors are."),
        )
    rows = [
        (
            str(row.label),
            *(_interval(each) for each in (row.precision, row.recall, row.f1)),
            f"{row.support:,}",
        )
        for row in model.per_class
    ]
    content = _text(f"{model.answer_rule}, as the model has kept it.") if model.answer_rule else ""
    content += _table(("class", "precision", "recall", "F1", "rows"), rows, "numbers")
    content += _confusion(model)
    charts = []
    if report.roc:
        label = report.positive_label
        roc = pictures.curve_picture(
            report.roc, "ROC curves", "false positives among the others", f"recall of {label}", diagonal=True
        )
        charts.append((roc, "The nearer to the upper left corner, the better."))
        precision = pictures.curve_picture(
            report.precision_recall,
            "Precision-recall curves",
            f"recall of {label}",
            "precision",
            diagonal=False,
        )
        of_flagged = f"Of the rows flagged as {label}, how many are truly {label}; the higher, the better."
        charts.append((precision, of_flagged))
    for label, bins in report.calibration.items():
        caption = f"{label}: on the dashed line, probabilities come true as often as they say."
        if not pictures.have_one_size(bins):
            caption += " Numbers are rows."
        charts.append((pictures.calibration_picture(bins, label), caption))
    return content + _figures(*charts)


def _confusion(model: ClassificationReport) -> str:
    if len(model.classes) > MAX_CLASSES:
        return _text(f"The confusion matrix of {len(model.classes)} classes is not shown.", "note")
    names = [str(label) for label in model.classes]
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    lines = []
    for i, counts in enumerate(model.confusion):
        total = sum(counts) or 1
        cells = "".join(
            f'<td class="{"hit" if i == j else "miss"}" style="--share:{count / total:.3f}">{count:,}</td>'
            for j, count in enumerate(counts)
        )
        lines.append(f'<tr><th scope="row">{escape(names[i])}</th>{cells}</tr>')
    rule = model.answer_rule or "the most probable class is the answer"
    caption = f"Rows of each true class (left) by predicted class (top): {rule}."
    return (
        f'{_text(caption, "note")}<div class="wide"><table class="confusion">'
        f'<thead><tr><th scope="col">true \\ predicted</th>{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def _importance(report: Content) -> str:
    found = report.importance
    n_clear = sum(group.is_clear for group in found.groups)
    what = "how far R² falls" if found.metric == "R²" else f"by how much the {found.metric} rises"
    sample = "" if found.n_rows == found.n_rows_given else f" (a sample of {found.n_rows_given:,})"
    untrained = "" if report.n_shared else " that the model was not trained on"
    sentence = (
        f"Shown is {what} when a column is shuffled among {plural(found.n_rows, 'row')}{sample}"
        f"{untrained}, {plural(found.n_repeats, 'time')}. "
        "Columns that say nearly the same are shuffled together. Grey bars show no clear gain: "
        "their interval contains 0 or lies below it. What separatrix fit prints as important is judged so, "
        "too, but on training rows, out of fold."
    )
    content = _text(sentence) + _figures((pictures.importance_picture(found), ""))
    hidden = len(found.groups) - pictures.SHOWN_GROUPS
    if hidden > 0:
        content += _text(f"{hidden:,} less important ones are not shown.", "note")
    if not n_clear:
        content += _text("No column clearly matters by itself.")
    if report.dependence:
        content += "<h3>How the answer depends on the first ones</h3>"
        content += _text(
            "Each picture gives one value of the column to all rows and shows the mean answer, the other "
            "columns as they are. All pictures have the same scale; ticks at the bottom are where the data "
            "are."
        )
        answer = f"mean {report.target}"
        if report.classes is not None:
            of_class = f" of {report.positive_label}" if len(report.classes) == 2 else ""
            answer = f"mean probability{of_class}"
        low, high = dependence_range(report.dependence)
        drawn = (pictures.dependence_picture(each, answer, low, high) for each in report.dependence)
        content += _figures(*((svg, "") for svg in drawn))
    return content


def _thresholds(report: Content) -> str:
    table = report.thresholds
    assert table is not None
    cost = table.cost
    rows = [
        (
            _cut_text(cut.threshold, table, report.threshold),
            "–" if cut.precision is None else f"{cut.precision:.1%}",
            f"{cut.recall:.1%}",
            f"{cut.flagged:.1%}",
            f"{cut.n_flagged:,}",
            f"{cut.cost:.4g}",
        )
        for cut in table.cuts
    ]
    kept = report.threshold
    is_given = isinstance(report.assessment.model, ClassificationReport) and (
        report.assessment.model.cost is not None
    )
    costs = f"a missed row costs {cost.fn:g} and a false alarm {cost.fp:g}"
    yours = "(give yours with --cost, such as fn=10,fp=1)"
    what = f"Here {costs}" if is_given else f"No costs were given, so that here {costs} {yours}"
    found = f"on these rows the cheapest cut is {table.cheapest:.3g}"
    if not table.pays:
        found = "on these rows no cut pays: flagging none is cheapest"
    sentences = [
        _positive_text(report),
        f"A row is flagged as {table.label} if its probability is the cut or more. {what}; {found}.",
    ]
    if kept is not None:
        sentences.append(f"The model has kept the cut {kept:.4g}.")
    note = (
        "The cheapest cut was found on the same rows that show its cost, and looks a little too good. "
        "separatrix fit --cost chooses it on training rows."
    )
    header = ("cut", "precision", "recall", "share of rows flagged", "rows flagged", "cost of a row")
    return (
        "".join(map(_text, sentences))
        + _figures((pictures.threshold_picture(table, kept), ""))
        + _table(header, rows, "numbers")
        + (_text(note, "note") if table.pays else "")
    )


def _positive_text(report: Content) -> str:
    """Return which of two classes the cuts are about, and how to have the other one."""
    assert report.classes is not None
    label, other = report.positive_label, str(report.classes[1 - report.positive])
    return (
        f"The positive class is {label}: cuts and costs are about it. separatrix fit takes the rarer class; "
        f"--positive {shlex.quote(other)} makes {other} the positive one."
    )


def _cut_text(threshold: float, table: Thresholds, kept: float | None) -> str:
    marks = ["kept"] if threshold == kept else []
    if threshold == table.cheapest:
        marks.append("cheapest" if table.pays else "cheapest: flags none")
    return f"{threshold:.3g} ({', '.join(marks)})" if marks else f"{threshold:.3g}"


def _rows(report: Content) -> str:
    shown = report.rows
    header = (shown.heading, "true", "answer", *shown.columns)

    def lines(rows: Sequence[ShownRow]) -> list[tuple[str, ...]]:
        return [(row.name, row.truth, row.answer, *row.cells) for row in rows]

    content = _text(shown.naming, "note")
    content += "<h3>Most wrong</h3>"
    content += _table(header, lines(shown.wrong)) if shown.wrong else _text("No row is wrong.")
    if shown.unsure:
        content += "<h3>Least sure</h3>"
        if report.threshold is not None and report.classes is not None:
            label = report.positive_label
            nearest = f"Rows whose probability of {label} is nearest to the kept cut, {report.threshold:.4g}."
            content += _text(nearest, "note")
        content += _table(header, lines(shown.unsure))
    return content


def _counted_on(report: Content) -> str:
    """Return which rows the table of columns counts, and of which its values are."""
    if not report.columns:
        return ""
    n_rows, n_train = report.columns[0].n_rows, report.n_train
    is_train = n_train == n_rows and not report.assessment.rows
    counted = f"Counted on {plural(n_rows, 'training row' if is_train else 'row')}"
    if n_train is None or n_train >= n_rows:
        return f"{counted}."
    return f"{counted}; the values are those of the {plural(n_train, 'training row')} among them."


def _columns(report: Content) -> str:
    rows = [
        (
            column.name,
            column.kind if column.is_used else f"{column.kind} (left out)",
            f"{column.n_missing:,} ({column.n_missing / max(column.n_rows, 1):.1%})"
            if column.n_missing
            else "–",
            f"{column.n_distinct:,}",
            column.values,
            column.reason,
        )
        for column in report.columns[:MAX_COLUMNS]
    ]
    header: tuple[str, ...] = ("column", "kind", "missing", "distinct", "values", "remarks")
    cells: list[tuple[str, ...]] = list(rows)
    if not any(row[-1] for row in rows):
        header, cells = header[:-1], [row[:-1] for row in rows]
    content = _text(_counted_on(report), "note")
    content += _table(header, cells, "columns")
    if len(report.columns) > MAX_COLUMNS:
        content += _text(f"{len(report.columns) - MAX_COLUMNS:,} more columns are not shown.", "note")
    return content


def _learning(report: Content) -> str:
    curves = report.learning
    assert curves is not None
    captions = {
        True: "Where the validation loss rises while the training loss falls, the network overfits.",
        False: "Loss of the training rows; no validation rows were kept.",
    }
    svg = pictures.learning_picture(curves.curves, curves.kept_epoch, curves.label)
    caption = captions["validation" in curves.curves]
    return _figures((svg, caption))


def _usage(report: Content) -> str:
    file = report.model_file or MODEL_FILE
    cut = _usable_cut(report)
    label = report.positive_label
    threshold = "" if cut is None else f" --threshold {cut} --positive {shlex.quote(label)}"
    command = f"separatrix predict {shlex.quote(file)} new.csv --output scored.csv"
    lines = [
        "import separatrix as sx",
        "",
        f"model = sx.load({file!r})",
        'table = sx.data.read_table("new.csv")',
        "model.predict(table)",
    ]
    if report.classes is not None:
        lines.append("model.predict_proba(table)  # a column for each of model.classes")
    if cut is not None:
        flagged = f"model.with_threshold({cut}).predict(table)"
        if report.model_file is None and not report.positive:  # a model made in Python takes the second
            flagged = f"model.predict_proba(table)[:, 0] >= {cut}"
        lines.append(f"{flagged}  # {label!r} from {cut} on")
    parts = []
    if report.kind == "model":
        return _text("The model is not one of Separatrix: keep it as its own library does, and call predict.")
    if report.model_file is None:
        parts.append(_text("Save the model first:") + _code([f"sx.save(model, {file!r})"]))
    asked = f"; the second answers {label} from {cut} on" if threshold else ""
    parts.append(_text(f"On the command line, with a table that has the same columns{asked}:"))
    parts.append(_code([command] + ([command + threshold] if threshold else [])))
    parts.append(_text("In Python:") + _code(lines))
    return "".join(parts)


def _usable_cut(report: Content) -> str | None:
    """Return the cut for the lines to copy: the kept one, else the cheapest if it flags any row."""
    if report.threshold is not None:
        return f"{report.threshold:.6g}"
    table = report.thresholds
    return None if table is None or not table.pays else f"{table.cheapest:.3g}"


def _code(lines: Sequence[str]) -> str:
    return f"<pre><code>{escape(chr(10).join(lines))}</code></pre>"
