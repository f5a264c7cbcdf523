"""Table input: arguments that several commands have; from these to a table, its target and the task."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from numpy.typing import NDArray

from separatrix import check
from separatrix.cli.console import note
from separatrix.cli.read_options import READING, read_notes
from separatrix.data.column import as_numbers
from separatrix.data.column_options import ColumnOptions
from separatrix.data.column_values import as_column
from separatrix.data.datasets import TARGET, dataset_names, read_source
from separatrix.data.files.formats import COMPRESSED, FORMATS, is_larger, streamed_suffixes
from separatrix.data.kinds.number_kinds import ANOTHER_TARGET
from separatrix.data.labels import Labels
from separatrix.data.memory import Budget, parse_memory
from separatrix.data.read_options import ReadOptions
from separatrix.data.schema import Schema
from separatrix.data.schema_learning import learn_schema
from separatrix.data.schema_stream import SchemaStream
from separatrix.data.stream_sources import open_stream
from separatrix.data.streams import Stream, TableStream
from separatrix.data.table import Table, require_target, split_target
from separatrix.data.table_files import TableFile, open_table
from separatrix.data.target_rows import stream_with_target, with_target
from separatrix.data.targets import Task, infer_task
from separatrix.ensemble import AnyModel, Ensemble
from separatrix.errors import DataError, ParameterError
from separatrix.model import Model

LARGE = 10**9
"""Bytes of a file above which it is read in pieces, whether asked for or not."""

TABLE_HELP = (
    f"A table file ({', '.join(FORMATS)}, each also with {COMPRESSED}), - for standard input, or a data set: "
    f"{', '.join(dataset_names())}."
)
SEVERAL_FILES_HELP = f"Several files ({', '.join(streamed_suffixes())}) are one table."

ModelFile = Annotated[Path, typer.Argument(metavar="MODEL", help="A model file that fit has written.")]
TaskOption = Annotated[
    str | None,
    typer.Option(
        metavar="TASK",
        show_default="from the target",
        help="classification or regression. Text, true/false and few whole numbers are classes.",
    ),
]
TrueColumn = Annotated[
    str | None,
    typer.Option(
        "--target", "-t", metavar="COLUMN", show_default="the model's", help="Column of true values."
    ),
]
ModelOutput = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        show_default="model.safetensors, or if that exists model-2.safetensors, and so on",
        help="File of the model. A file named here is replaced.",
    ),
]
MemoryOption = Annotated[
    str | None,
    typer.Option(
        metavar="SIZE",
        show_default="1GB for several files or more than 1 GB of them, else the table is read whole",
        help="Read the table in pieces, and keep the memory of the process below this size, such as 512MB.",
    ),
]
FaultsOption = Annotated[
    str,
    typer.Option(
        metavar="WHAT",
        help="What to do with cells that cannot be read, such as text among numbers, and with columns that "
        "the table lacks: error, or missing to take them as missing.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]


@dataclass(frozen=True, eq=False)
class TableInput:
    """The tables that `fit` is given, opened, and what is to be predicted.

    Attributes
    ----------
    name : str
        What a report calls the table.
    source, test : Table, Stream, TableFile or None
        The training rows, and the test rows if these are from another table.
    split : str
        Where the test rows are from, if they are from another table; else empty.
    memory : str or None
        Bound on the memory for a table that is read in pieces; None for one that is read whole.
    target : str
    task : {"classification", "regression"}
    reason : str
        Why it is this task, in a few words.
    schema : Schema
        What the columns are.
    columns : ColumnOptions
        What the user says about them.
    guesses : tuple of str
        What was guessed about its file.
    """

    name: str
    source: Table | Stream
    test: Table | TableFile | None
    split: str
    memory: str | None
    target: str
    task: Task
    reason: str
    schema: Schema
    columns: ColumnOptions
    guesses: tuple[str, ...] = ()

    @property
    def n_rows(self) -> int:
        """Number of rows, without those of a table of test rows."""
        return self.source.n_rows


def open_tables(
    sources: Sequence[str],
    test: str | None,
    memory: str | None,
    stack: ExitStack,
    *,
    in_pieces: bool,
    target: str | None,
    task: tuple[Task, str] | None,
    reading: ReadOptions,
    columns: ColumnOptions,
    groups: str | None = None,
) -> TableInput:
    """Read the tables, or open them on the stack, to be read in pieces.

    The latter for several or large files, and if `memory` is given or `in_pieces` is True. A `target` or a
    `task` (with the reason for it) of None is chosen from the columns. What these are is decided from all
    rows, except the column `groups`.
    """
    name = source_name(sources[0])
    source: Table | Stream
    stream: Stream
    test_source: Table | TableFile | None = None
    if len(sources) > 1:
        require_files(sources)
    if memory is None and (in_pieces or len(sources) > 1 or is_larger(sources[0], LARGE)):
        memory = "1GB"
    if memory is None:
        with read_notes() as guesses:
            source = read_source(sources[0], reading)
        stream = TableStream(source)
        if test is not None:
            test_source = read_table_source(test, reading.with_text(stream.text_columns), guesses)
    else:
        piece_bytes = Budget(parse_memory(memory)).piece
        with read_notes() as guesses:
            source = stream = stack.enter_context(open_stream(list(sources), piece_bytes, reading))
        if test is not None:
            test_source = open_table(test, **vars(reading))
        if len(stream.names) > 1:
            name = f"{name} and {len(stream.names) - 1} more"
    column = chosen_target(list(stream.kinds), target)
    require_target(stream.kinds, column)
    schema = learn_schema(stream, column, columns, () if groups is None else (groups,)).require_used()
    if columns.target_missing == "drop":
        if isinstance(source, Table):
            source, schema = with_target(source, schema)
            stream = TableStream(source)
        else:
            source, schema = stream_with_target(
                source, schema, stack, Budget(parse_memory(memory or "1GB")).piece
            )
            stream = source
    note_target(schema)
    chosen, reason = infer_task(SchemaStream(stream, schema), column) if task is None else task
    split = "" if test is None else f"from {source_name(test)}"
    found = tuple(guesses)
    return TableInput(
        name, source, test_source, split, memory, column, chosen, reason, schema, columns, found
    )


def require_files(sources: Sequence[str]) -> None:
    """Raise a `DataError` if one of several tables is a data set: together they must be files."""
    for source in sources:
        if source in dataset_names() and not Path(source).exists():
            raise DataError(
                f"several tables must be files, got '{' '.join(sources)}' with the data set '{source}'; name "
                "the data set alone, and give an option without a value, such as --early-stopping, none."
            )


def note_target(schema: Schema) -> None:
    """Say before the training that the target may be an identifier; other notes are in the report."""
    if schema.target is None:
        return
    for words in schema.target.notes:
        if ANOTHER_TARGET in words:
            cured = words.replace(ANOTHER_TARGET, "choose another column with --target")
            note(f"the target column '{schema.target.name}' {cured}.")


def read_table_source(source: str, reading: ReadOptions, known: Collection[str] = ()) -> Table:
    """Read a table from a file, from standard input or from the data sets by name; guesses become notes.

    Those that are `known` are not printed again; see `read_notes`.
    """
    with read_notes(known):
        return read_source(source, reading)


def source_name(source: str) -> str:
    """Return what to call a source in a report."""
    return "standard input" if source == "-" else Path(source).name


def chosen_target(columns: Sequence[str], wanted: str | None) -> str:
    """Return the name of the column to predict: the one asked for, else `target`."""
    if wanted is None and TARGET not in columns:
        raise ParameterError(
            "target",
            f"must name the column to predict, as none is called '{TARGET}'; the columns are: "
            f"{', '.join(columns)}.",
        )
    return TARGET if wanted is None else wanted


def checked_task(task: str) -> Task:
    """Return a task that was asked for; a `ParameterError` if there is no such task."""
    check.choice("task", task, get_args(Task))
    return "regression" if task == "regression" else "classification"


def known_guesses(model: AnyModel) -> list[str]:
    """Return what was guessed about the file that a model was trained on."""
    return list((model.training or {}).get(READING, ()))


def with_guesses(model: AnyModel, guesses: Sequence[str]) -> AnyModel:
    """Return a model that knows what was guessed about the file that it was trained on."""
    if not guesses:
        return model
    if isinstance(model, Ensemble):
        return replace(model, models=[_with_guesses(each, guesses) for each in model.models])
    return _with_guesses(model, guesses)


def _with_guesses(model: Model, guesses: Sequence[str]) -> Model:
    return replace(model, training={**(model.training or {}), READING: list(guesses)})


def text_columns_of(model: AnyModel, target: str | None = None) -> list[str]:
    """Return the columns that a model reads as text, whatever their cells spell in another file."""
    inputs = [] if model.encoder is None else model.encoder.text_columns
    has_text_classes = model.classes is not None and model.classes.dtype.kind == "U"
    return [*inputs, target] if target is not None and has_text_classes else inputs


def rows_and_target(
    model: AnyModel, source: str, target: str | None, reading: ReadOptions
) -> tuple[Table, NDArray[Any] | None]:
    """Read a table and split it into features and, if the table has it, the target."""
    table = read_table_source(source, reading.with_text(text_columns_of(model, target)), known_guesses(model))
    name = target or model.target_name or TARGET
    if (target is None and name not in table.columns) or not model.has_one_target:
        return table, None
    return features_and_target(model, table, name)


def features_and_target(model: AnyModel, table: Table, name: str) -> tuple[Table, NDArray[Any]]:
    """Split a table into features and target, as the model's classes or as numbers."""
    if model.encoder is not None and model.encoder.schema is not None:
        table = model.encoder.schema.with_target_read(table, name)
    features, y = split_target(table, name)
    if model.classes is not None:
        return features, Labels(model.classes).match(y, name)
    return features, as_numbers(as_column(y, name), name)
