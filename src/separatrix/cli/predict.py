"""`separatrix predict`: the rows of a table with the predictions of a saved model.

It loads NumPy, safetensors and Polars alone, so that it starts quickly.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from glob import glob
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from separatrix import check
from separatrix.cli.console import note, some
from separatrix.cli.judging_options import read_threshold
from separatrix.cli.numbers import read_number
from separatrix.cli.positive import with_positive
from separatrix.cli.read_options import read_notes, with_read_options
from separatrix.cli.table_input import (
    LARGE,
    SEVERAL_FILES_HELP,
    FaultsOption,
    MemoryOption,
    ModelFile,
    known_guesses,
    text_columns_of,
)
from separatrix.data.datasets import read_source_file
from separatrix.data.files.csv_files import read_cells
from separatrix.data.files.csv_layout import CsvLayout
from separatrix.data.files.formats import is_larger, is_pattern, written_suffixes
from separatrix.data.memory import Budget, parse_memory
from separatrix.data.read_options import ReadOptions
from separatrix.data.row_names import RowNames
from separatrix.data.stream_sources import open_stream
from separatrix.data.streams import Stream
from separatrix.data.table import Table
from separatrix.data.table_check import TableCheck, readable_table, together
from separatrix.data.table_files import FileTable
from separatrix.data.table_output import output_format, write_pieces
from separatrix.decision import decision_of_model
from separatrix.ensemble import AnyModel, Ensemble
from separatrix.errors import DataError, OutputError, ParameterError
from separatrix.files import check_writable
from separatrix.io import load
from separatrix.model import Model
from separatrix.model_parts import predicted_labels

Array = NDArray[Any]

PREDICTION = "prediction"
FAULTS = ("error", "missing")


@with_read_options
def predict(
    model_file: ModelFile,
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="TABLE...",
            help=f"Rows to score: a table file, or - for standard input. {SEVERAL_FILES_HELP}",
        ),
    ],
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help=f"File of the scored table ({', '.join(written_suffixes())}, each also with .gz); - is CSV "
            "on standard output. A file is replaced.",
        ),
    ] = "-",
    threshold: Annotated[
        float | None,
        typer.Option(
            metavar="NUMBER",
            parser=read_threshold,
            show_default="that of the model, else 0.5",
            help="Of two classes: predict the positive one where its probability is this number or more.",
        ),
    ] = None,
    positive: Annotated[
        str | None,
        typer.Option(
            metavar="CLASS",
            show_default="that of the model, else the second",
            help="Of two classes: the positive one, which the threshold is about.",
        ),
    ] = None,
    interval: Annotated[
        float | None,
        typer.Option(
            metavar="COVERAGE",
            parser=read_number,
            show_default="none",
            help="Of numbers: also the ends of an interval, which holds the number of this fraction of new "
            "rows, such as 0.9.",
        ),
    ] = None,
    faults: FaultsOption = "error",
    memory: MemoryOption = None,
    *,
    reading: ReadOptions,
) -> None:
    """Score the rows of a table with a saved model.

    The output is the table with a column 'prediction' and, for classes, a column 'probability CLASS' for
    each; with an interval, the columns 'lower' and 'upper'. Columns are found by name; those that the model
    does not use are kept as they are.
    """
    check.choice("faults", faults, FAULTS)
    if interval is not None:
        check.number("interval", interval, 0.0, 1.0, open_low=True, open_high=True)
    if output != "-":
        check_output(output, sources)
    model = with_positive(load(model_file), positive)
    if threshold is not None:
        model = model.with_threshold(threshold)
    if interval is not None:
        check_interval(model, interval)
    if faults == "missing":
        check_takes_faults(model)
    written = output_format(output)[0]
    keeps, is_text = written.keeps_spelling, not written.keeps_types
    options = replace(reading, keeps_rows=True).with_text("as written" if keeps else text_columns_of(model))
    # A piece is in memory several times: as cells, as features, with the predictions, and as text.
    piece_bytes = Budget(parse_memory(memory or "1GB")).piece // 2
    in_pieces = memory or len(sources) > 1 or is_larger(sources[0], LARGE)
    known = known_guesses(model)
    read = None if in_pieces else _read(sources[0], options, known)
    with _opened(sources if read is None else read, piece_bytes, options, known) as (stream, layout):
        checks: list[TableCheck] = []
        taken: list[TableCheck] | None = [] if faults == "missing" else None
        group_rows = max(piece.n_rows for piece in stream.pieces)
        pieces = scored_pieces(model, stream, checks, layout, taken, is_text=is_text, interval=interval)
        write_pieces(pieces, output, stream.kinds, group_rows, layout)
        faulty = together(taken or [])
        found = together(checks)
        for sentence in table_sentences(model, stream.kinds, found, faulty):
            note(sentence)
        if interval is not None and found.interval_warning:
            note(f"{found.interval_warning}.")
        note_faults(faulty)
    _note_decision(model, is_asked=threshold is not None)


def check_interval(model: AnyModel, coverage: float) -> None:
    """Raise a `ParameterError` for a model without intervals, and say if they have no ends."""
    if model.is_classifier:
        raise ParameterError(
            "interval", "needs a model of numbers, and this one predicts classes; leave it out."
        )
    if not isinstance(model, Ensemble) or model.residuals is None:
        found = "this ensemble has none" if isinstance(model, Ensemble) else "this model is one network"
        raise ParameterError(
            "interval",
            f"needs the out-of-fold residuals that a fit of numbers with --model=tabular keeps, and {found}; "
            "fit one so.",
        )
    if math.isinf(model.residuals.half_width(coverage)):
        note(
            f"intervals have no ends: {model.residuals.n_rows:,} training rows are too few for a coverage of "
            f"{coverage:g}; ask for less."
        )


def check_takes_faults(model: AnyModel) -> None:
    """Raise a `ParameterError` for a model that does not know how the columns of a table are read."""
    if model.encoder is None:
        raise ParameterError(
            "faults",
            "must be error for a model of plain numbers, as missing needs one that was fitted on a table.",
        )
    if model.encoder.schema is None:
        raise ParameterError(
            "faults",
            "must be error for a model of an earlier version, which does not keep how columns are read; fit "
            "again for missing.",
        )


def _note_decision(model: AnyModel, *, is_asked: bool) -> None:
    """Say from which probability on a class is predicted, and whether probabilities are frequencies."""
    if model.classes is None:
        return
    weights = (model.training or {}).get("settings", {}).get("class_weight")
    if weights is not None and not (model.decision is not None and model.decision.is_calibrated):
        note("classes were weighted in the training: the probabilities are not frequencies.")
    if (text := threshold_text(model, is_asked=is_asked)) is not None:
        note(f"{text}.")


def threshold_text(model: AnyModel, *, is_asked: bool) -> str | None:
    """Return from which probability on a class is predicted, and why; None if by the likeliest class."""
    if model.threshold is None or model.decision is None or model.classes is None:
        return None
    origin = "as asked" if is_asked else "as kept in the model"
    label = model.classes[model.decision.positive]
    return f"'{label}' is predicted from a probability of {model.threshold:g} on, {origin}"


def _read(source: str, options: ReadOptions, known: Collection[str]) -> Table | FileTable:
    with read_notes(known):
        return read_source_file(source, options)


@contextmanager
def _opened(
    source: Table | FileTable | list[str], piece_bytes: int, options: ReadOptions, known: Collection[str]
) -> Iterator[tuple[Stream, CsvLayout | None]]:
    """Open a table to be read in pieces; yield also the layout of a text file whose cells are as written."""
    table = source.frame if isinstance(source, FileTable) else source
    with ExitStack() as stack:
        with read_notes(known):
            stream = stack.enter_context(open_stream(table, piece_bytes, options))
        if isinstance(source, FileTable):
            stream.layout = source.layout
        layout = stream.layout
        yield stream, layout if options.text_columns == "as written" else None


def check_output(output: str, sources: list[str]) -> None:
    """Raise an `OutputError` for a file that cannot be written, or that is the table itself."""
    output_format(output)
    names = [name for source in sources for name in (glob(source) if is_pattern(source) else [source])]
    for name in names:
        if Path(output).exists() and Path(name).exists() and Path(output).samefile(name):
            raise OutputError(f"cannot write '{output}': it is the table to score; name another file.")
    check_writable(output)


def scored_pieces(
    model: AnyModel,
    stream: Stream,
    checks: list[TableCheck],
    layout: CsvLayout | None = None,
    taken: list[TableCheck] | None = None,
    *,
    is_text: bool = False,
    interval: float | None = None,
) -> Iterator[dict[str, Any]]:
    """Yield pieces with the columns that scoring adds; append what training did not have in each.

    With `taken`, what cannot be read is taken as missing, and appended there. With `is_text`, predicted
    numbers are in single precision.

    With a `layout`, the cells are as written in a text file, and the model gets what they stand for. Columns
    of a file with types keep theirs, also those that a model could not use, such as lists.
    """
    used = _used(model, stream.kinds)
    # An error on a missing column looks for a similar name among all others.
    unused = set(stream.kinds) - set(used) if set(used) <= set(stream.kinds) else set()
    for piece in stream.pieces:
        originals = stream.originals(piece)
        names = [name for name in stream.kinds if name not in unused or name not in originals]
        cells = dict(stream.read(piece, names))
        known = stream.layout if piece.start == 0 else None
        row_names = None if known is None else RowNames.of_file("", np.arange(piece.n_rows), known)
        written = Table(cells, row_names=row_names)
        table = written if layout is None else _read_cells(model, written, layout)
        if taken is not None:
            table, faults = readable_table(model.encoder, table)
            taken.append(faults)
        with stream.located(piece):
            added = predicted_columns(model, table, interval)
        if model.encoder is not None:
            checks.append(model.check_table(table))
        if is_text:
            added = {name: _short(name, values) for name, values in added.items()}
        for name in added:
            if name in stream.kinds:
                raise DataError(
                    f"the table already has a column '{name}', which scoring would add; rename or remove it."
                )
        yield {name: originals.get(name, written.columns.get(name)) for name in stream.kinds} | added


def _short(name: str, values: Any) -> Any:
    """Return floats in single precision: in text these are up to nine digits, as many as networks have."""
    import polars as pl

    is_float = isinstance(values, np.ndarray) and values.dtype.kind == "f"
    return pl.Series(name, values, dtype=pl.Float32) if is_float else values


def note_faults(taken: TableCheck) -> None:
    """Say what was taken as missing."""
    for sentence in taken.sentences:
        note(f"{sentence}: taken as missing.")


def _read_cells(model: AnyModel, written: Table, layout: CsvLayout) -> Table:
    """Return what the cells of the columns that a model uses stand for; the others stay."""
    decimals: dict[str, str | None]
    if model.encoder is not None:
        decimals = {**dict.fromkeys(model.encoder.text_columns), **model.encoder.decimals}
    else:
        decimals = dict.fromkeys(model.feature_names or written.columns, ".")
    return Table(
        {
            name: read_cells(name, column, layout, decimals[name]) if name in decimals else column
            for name, column in written.columns.items()
        },
        row_names=written.row_names,
    )


def predicted_columns(model: AnyModel, table: Table, interval: float | None = None) -> dict[str, Any]:
    """Return the columns that scoring adds to a table, with an interval of this coverage."""
    predicted, proba = _predicted(model, table)
    labels = range(predicted.shape[-1]) if model.classes is None else model.classes.tolist()
    added: dict[str, Any] = {PREDICTION: predicted}
    if predicted.ndim == 2:
        added = {f"{PREDICTION} {label}": predicted[:, i] for i, label in enumerate(labels)}
    if proba is not None:
        added |= {f"probability {label}": proba[:, i] for i, label in enumerate(labels)}
    if interval is not None:
        assert isinstance(model, Ensemble)
        assert model.residuals is not None
        ends = model.residuals.intervals(predicted, interval)
        added |= {"lower": ends[:, 0], "upper": ends[:, 1]}
    return added


def _used(model: AnyModel, columns: Iterable[str]) -> Iterable[str]:
    """Return the columns that a model uses: all columns if it knows no names."""
    if model.encoder is not None:
        return model.encoder.input_columns
    return model.feature_names or columns


def _predicted(model: AnyModel, table: Table) -> tuple[Array, Array | None]:
    """Return what a model predicts and, of a classifier, its probabilities; the networks compute once."""
    if not model.is_classifier:
        return model.predict(table), None
    if isinstance(model, Model) and model.classes is not None and model.decision is None:
        z = model.decision_function(table)
        return predicted_labels(z, model.classes, model.network), model.head.probabilities(z)
    proba = model.predict_proba(table)
    if model.classes is None or not model.has_one_target:
        return (proba > 0.5).astype(np.int64), proba
    return decision_of_model(model).labels(model.classes, proba), proba


def table_sentences(
    model: AnyModel,
    columns: Mapping[str, Any],
    found: TableCheck,
    taken: TableCheck,
    target: str | None = None,
) -> list[str]:
    """Return which columns are not used, and what training did not have, but what was `taken` as missing.

    `columns` are those of the table; `target` is the one with true values, by default the model's.
    """
    if model.encoder is None:
        return []
    unused = [name for name in model.encoder.extra_columns(columns) if name != (target or model.target_name)]
    sentences = [f"columns that the model does not use: {some(unused)}."] if unused else []
    n_taken = {name: text.n_rows for name, text in taken.unreadable.items()}
    n_taken |= dict.fromkeys(taken.lacking, taken.n_rows)
    missing = {name: left for name, n in found.missing.items() if (left := n - n_taken.get(name, 0)) > 0}
    gaps = {
        name: (left, usual)
        for name, (n, usual) in found.gaps.items()
        if (left := n - n_taken.get(name, 0)) > 0
    }
    said = replace(found, missing=missing, gaps=gaps).sentences
    return [*sentences, *(f"{sentence}." for sentence in said)]
