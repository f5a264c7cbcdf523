"""Schema stream: a stream whose columns are made as it is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from separatrix.data.column import Column
from separatrix.data.row_names import RowNames
from separatrix.data.schema import Schema
from separatrix.data.streams import Piece, Stream


class SchemaStream(Stream):
    """A stream whose columns are those that a schema makes of another stream's columns, and its target.

    Parameters
    ----------
    stream : Stream
    schema : Schema
    others : sequence of str
        Columns that are read as they are.
    """

    def __init__(self, stream: Stream, schema: Schema, others: Sequence[str] = ()) -> None:
        target = schema.target
        for name in [*([] if target is None else [target.name]), *schema.input_names, *others]:
            stream.require(name)
        self._others = tuple(others)
        self.stream, self.schema, self.names, self.pieces = stream, schema, stream.names, stream.pieces
        made = schema.outputs(stream.kinds)
        self._sources = {output: name for name, outputs in made.items() for output in outputs}
        self.kinds = {output: kind for outputs in made.values() for output, kind in outputs.items()}
        if target is not None:
            raw = stream.kinds[target.name]
            self._sources[target.name] = target.name
            outputs = {} if target.reader is None else target.reader.outputs(target.name, raw)
            self.kinds[target.name] = outputs.get(target.name, raw)
        self._sources |= {name: name for name in others}
        self.kinds |= {name: stream.kinds[name] for name in others}

    def row_names(self, rows: Any) -> RowNames | None:
        """Return those of the stream below."""
        return self.stream.row_names(rows)

    def read(self, piece: Piece, columns: Sequence[str]) -> Iterator[tuple[str, Column]]:
        """Yield columns, which are made as their sources are read."""
        sources = list(dict.fromkeys(self._sources[name] for name in columns))
        wanted = set(columns)
        for name, column in self.stream.read(piece, sources):
            with self.located(piece):
                made = {name: column} if name in self._others else self.schema.read(name, column)
            yield from ((output, made[output]) for output in made if output in wanted)

    def originals(self, piece: Piece) -> dict[str, Any]:
        """Return those of the stream below."""
        return self.stream.originals(piece)

    def fingerprint(self) -> dict[str, Any]:
        """Return that of the stream below."""
        return self.stream.fingerprint()

    def cut(self, n_rows: int) -> SchemaStream:
        """Return a stream of smaller pieces."""
        return SchemaStream(self.stream.cut(n_rows), self.schema, self._others)
