"""`separatrix predict`: the rows of a table with the predictions of a saved model.

It loads NumPy, safetensors and Polars alone, so that it starts quickly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from glob import glob
from pathlib import Path
from typing import Annotated, Any

import typer

from separatrix.cli.console import note, some
from separatrix.cli.table_input import (
    LARGE,
    SEVERAL_FILES_HELP,
    MemoryOption,
    ModelFile,
    text_columns_of,
)
from separatrix.data.datasets import read_source_frame
from separatrix.data.memory import Budget, parse_memory
from separatrix.data.streams import Stream, open_stream
from separatrix.data.table import Table
from separatrix.data.table_files import (
    FORMATS,
    AsWritten,
    TextColumns,
    is_larger,
    is_pattern,
    output_format,
    write_pieces,
)
from separatrix.ensemble import AnyModel
from separatrix.errors import DataError, OutputError
from separatrix.files import check_writable
from separatrix.io import load

PREDICTION = "prediction"


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
            help=f"File of the scored table ({', '.join(FORMATS)}, each also with .gz); - is CSV on standard "
            "output. A file is replaced.",
        ),
    ] = "-",
    threshold: Annotated[
        float | None,
        typer.Option(
            metavar="NUMBER",
            show_default="that of the model, else 0.5",
            help="Of two classes: predict the second where its probability is this number or more.",
        ),
    ] = None,
    memory: MemoryOption = None,
) -> None:
    """Score the rows of a table with a saved model.

    The output is the table with a column 'prediction' and, for classes, a column 'probability CLASS' for
    each. Columns are found by name; those that the model does not use are kept as they are.
    """
    if output != "-":
        check_output(output, sources)
    model = load(model_file)
    if threshold is not None:
        model = model.with_threshold(threshold)
    text_columns = _as_written(model) if output_format(output)[0].keeps_spelling else text_columns_of(model)
    # A piece is in memory several times: as cells, as features, with the predictions, and as text.
    piece_bytes = Budget(parse_memory(memory or "1GB")).piece // 2
    in_pieces = memory or len(sources) > 1 or is_larger(sources[0], LARGE)
    table = sources if in_pieces else read_source_frame(sources[0], text_columns)
    with open_stream(table, piece_bytes, text_columns) as stream:
        unseen: Counter[str] = Counter()
        group_rows = max(piece.n_rows for piece in stream.pieces)
        write_pieces(scored_pieces(model, stream, unseen), output, stream.kinds, group_rows)
        _note_columns(model, stream, unseen)
    if model.threshold is not None:
        assert model.classes is not None
        origin = "as kept in the model" if threshold is None else "as asked"
        note(f"'{model.classes[1]}' is predicted from a probability of {model.threshold:g} on, {origin}.")


def _as_written(model: AnyModel) -> TextColumns:
    """Return how to read a CSV file that is written again, so that 007, 1.50 and NA stay."""
    if model.encoder is not None:
        return AsWritten([*model.encoder.numeric_columns, *model.encoder.text_columns])
    return "all" if model.feature_names is None else AsWritten(model.feature_names)


def check_output(output: str, sources: list[str]) -> None:
    """Raise an `OutputError` for a file that cannot be written, or that is the table itself."""
    output_format(output)
    names = [name for source in sources for name in (glob(source) if is_pattern(source) else [source])]
    for name in names:
        if Path(output).exists() and Path(name).exists() and Path(output).samefile(name):
            raise OutputError(f"cannot write '{output}': it is the table to score; name another file.")
    check_writable(output)


def scored_pieces(model: AnyModel, stream: Stream, unseen: Counter[str]) -> Iterator[dict[str, Any]]:
    """Yield pieces with the columns that scoring adds; count the values not seen in training."""
    for piece in stream.pieces:
        table = Table(dict(stream.read(piece, list(stream.kinds))))
        if model.encoder is not None:
            unseen.update(model.encoder.count_unseen(table.columns))
        with stream.located(piece):
            yield {**table.columns, **stream.gapped(piece), **predicted_columns(model, table)}


def predicted_columns(model: AnyModel, table: Table) -> dict[str, Any]:
    """Return the columns that scoring adds to a table."""
    predicted = model.predict(table)
    labels = range(predicted.shape[-1]) if model.classes is None else model.classes.tolist()
    added: dict[str, Any] = {PREDICTION: predicted}
    if predicted.ndim == 2:
        added = {f"{PREDICTION} {label}": predicted[:, i] for i, label in enumerate(labels)}
    if model.is_classifier:
        proba = model.predict_proba(table)
        added |= {f"probability {label}": proba[:, i] for i, label in enumerate(labels)}
    for name in added:
        if name in table.columns:
            raise DataError(
                f"the table already has a column '{name}', which scoring would add; rename or remove it."
            )
    return added


def _note_columns(model: AnyModel, stream: Stream, unseen: Mapping[str, int]) -> None:
    if model.encoder is None:
        return
    unused = [name for name in model.encoder.extra_columns(stream.kinds) if name != model.target_name]
    if unused:
        note(f"columns that the model does not use: {some(unused)}.")
    for name, number in unseen.items():
        note(f"'{name}' has values that were not seen in training in {number:,} of {stream.n_rows:,} rows.")
