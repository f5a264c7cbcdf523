"""`separatrix predict`: a saved model's answers beside the rows of a table.

NumPy, safetensors and Polars are all that it loads, so that it starts quickly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from glob import glob
from pathlib import Path
from typing import Annotated, Any

import typer

from separatrix.cli.console import note, some
from separatrix.cli.tables import LARGE, read_source, text_columns_of
from separatrix.data.memory import Budget, parse_memory
from separatrix.data.streams import is_larger, is_pattern, open_stream
from separatrix.data.table import Table, is_text, missing_rows
from separatrix.data.table_files import write_pieces, write_table
from separatrix.ensemble import AnyModel
from separatrix.errors import DataError, OutputError
from separatrix.files import check_writable
from separatrix.io import load

PREDICTION = "prediction"
TEXT_FORMATS = (".csv", ".tsv")
FORMATS = (*TEXT_FORMATS, ".parquet", ".jsonl", ".ndjson")


def predict(
    model_file: Annotated[Path, typer.Argument(metavar="MODEL", help="A model file that fit has written.")],
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="TABLE...",
            help="Rows to score: a table file, or - for standard input. Several .csv, .tsv or .parquet files "
            "are one table.",
        ),
    ],
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Where the scored table goes: .csv, .tsv, .parquet or .jsonl, each also .gz; - is CSV on "
            "standard output. A file is replaced.",
        ),
    ] = "-",
    memory: Annotated[
        str | None,
        typer.Option(
            metavar="SIZE",
            show_default="1GB for several files or more than 1 GB of them, else the table is read whole",
            help="Read and write the table in pieces, and keep the process below so much memory, such as "
            "512MB.",
        ),
    ] = None,
) -> None:
    """Score the rows of a table with a saved model.

    The answer is the table with a column 'prediction' and, for classes, a column 'probability CLASS' for
    each. Columns are found by name; those that the model does not use are kept as they are.
    """
    if output != "-":
        check_output(output, sources)
        check_writable(output)
    model = load(model_file)
    text_columns = EveryName() if _is_text_format(output) else text_columns_of(model)
    if memory or len(sources) > 1 or is_larger(sources[0], LARGE):
        predict_pieces(model, sources, output, text_columns, memory or "1GB")
        return
    table = read_source(sources[0], text_columns)
    scored = {**table.columns, **answers(model, table)}
    _tell_of_columns(model, table.columns, unseen_in(model, table), table.n_rows)
    write_table(scored, output)


def predict_pieces(
    model: AnyModel, sources: list[str], output: str, text_columns: Collection[str], memory: str
) -> None:
    """Score a table in pieces, in order."""
    # A piece is there several times: as cells, as inputs, with its answers, and as text.
    piece_bytes = Budget(parse_memory(memory)).piece // 2
    unseen: Counter[str] = Counter()
    with open_stream(sources, piece_bytes, text_columns) as stream:

        def scored() -> Iterator[dict[str, Any]]:
            for piece in stream.pieces:
                table = Table(dict(stream.read(piece, list(stream.kinds))))
                unseen.update(unseen_in(model, table))
                with stream.located(piece):
                    added = answers(model, table)
                yield {**table.columns, **added}

        group_rows = max(piece.n_rows for piece in stream.pieces)
        write_pieces(scored(), output, stream.kinds, group_rows)
        _tell_of_columns(model, stream.kinds, unseen, stream.n_rows)


def check_output(output: str, sources: list[str]) -> None:
    """Refuse, before any work, an output of no known format, and one that is the table itself."""
    if _format(output) not in FORMATS:
        raise OutputError(
            f"cannot write '{output}': the extension must be one of {', '.join(FORMATS)}, each also with .gz."
        )
    if not Path(output).exists():
        return
    names = [name for source in sources for name in (glob(source) if is_pattern(source) else [source])]
    for name in names:
        if Path(name).exists() and Path(output).samefile(name):
            raise OutputError(f"cannot write '{output}': it is the table to score; name another file.")


class EveryName(Collection[str]):
    """Holds every name: read as text, a cell is written as it was, `007` and `1.50` included."""

    def __contains__(self, name: object) -> bool:
        """Return True."""
        return True

    def __iter__(self) -> Iterator[str]:
        """Names cannot be listed."""
        raise TypeError("every name there is cannot be listed")

    def __len__(self) -> int:
        """Names cannot be counted."""
        raise TypeError("every name there is cannot be counted")


def answers(model: AnyModel, table: Table) -> dict[str, Any]:
    """Return the columns that scoring adds to a table."""
    inputs = numbers_for_truth(table, () if model.encoder is None else model.encoder.text_columns)
    predicted = model.predict(inputs)
    labels = range(predicted.shape[-1]) if model.classes is None else model.classes.tolist()
    added: dict[str, Any] = {PREDICTION: predicted}
    if predicted.ndim == 2:
        added = {f"{PREDICTION} {label}": predicted[:, i] for i, label in enumerate(labels)}
    if model.is_classifier:
        proba = model.predict_proba(inputs)
        added |= {f"probability {label}": proba[:, i] for i, label in enumerate(labels)}
    for name in added:
        if name in table.columns:
            raise DataError(
                f"the table has a column '{name}' already, which scoring would add; rename or remove it."
            )
    return added


def numbers_for_truth(table: Table, text_columns: Collection[str]) -> Table:
    """Return a table in which columns of true and false that were read as text are truth values.

    Other text that spells numbers is read by the model itself.
    """
    words = {"true": 1.0, "false": 0.0, None: float("nan")}
    columns: dict[str, Any] = {}
    for name, column in table.columns.items():
        columns[name] = column
        if is_text(column) and name not in text_columns and not missing_rows(column).all():
            lowered = [None if cell is None else cell.lower() for cell in column.tolist()]
            if set(lowered) <= words.keys():
                columns[name] = [words[cell] for cell in lowered]
    return Table(columns)


def unseen_in(model: AnyModel, table: Table) -> dict[str, int]:
    """Count, per text column, the values that training did not see."""
    return {} if model.encoder is None else model.encoder.count_unseen(table.columns)


def _tell_of_columns(
    model: AnyModel, columns: Mapping[str, Any], unseen: Mapping[str, int], n_rows: int
) -> None:
    if model.encoder is None:
        return
    extra = [name for name in model.encoder.extra_columns(columns) if name != model.target_name]
    if extra:
        note(f"columns that the model does not use: {some(extra)}.")
    for name, number in unseen.items():
        note(f"'{name}' has values that were not seen in training in {number:,} of {n_rows:,} rows.")


def _is_text_format(output: str) -> bool:
    return output == "-" or _format(output) in TEXT_FORMATS


def _format(output: str) -> str:
    path = Path(output)
    return Path(path.stem if path.suffix.lower() == ".gz" else path).suffix.lower()
