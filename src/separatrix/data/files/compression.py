"""Compressed files: gzip, bzip2, xz, Zstandard and zip, by the end of a file's name or its first bytes."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import shutil
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from separatrix.errors import DataError
from separatrix.text import some_names


@dataclass(frozen=True)
class Compression:
    """A way to compress files.

    Attributes
    ----------
    name : str
        What errors call it.
    starts : bytes
        The first bytes of such a file; empty where other files begin with the same.
    open : callable
        Takes a binary file, and returns one with the content.
    """

    name: str
    starts: bytes
    open: Callable[[BinaryIO], Any]


def _open_zstandard(file: BinaryIO) -> Any:
    """Open a file with the standard library from Python 3.14 on, else with PyArrow."""
    try:
        from compression import zstd  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        try:
            import pyarrow
        except ImportError as error:
            raise DataError(
                "before Python 3.14, .zst files are read with PyArrow, which is not installed: "
                "pip install 'separatrix[parquet]'."
            ) from error
        return pyarrow.CompressedInputStream(file, "zstd")
    return zstd.open(file)


def _open_zip(file: BinaryIO) -> Any:
    """Open the only file of an archive; a `DataError` if there are several."""
    archive = zipfile.ZipFile(file)
    names = [name for name in archive.namelist() if not name.endswith("/") and "__MACOSX/" not in name]
    if len(names) != 1:
        raise DataError(
            f"a .zip file must hold one table, got {len(names)} files ({some_names(names)}); unpack it, and "
            "name one of them."
        )
    return archive.open(names[0])


COMPRESSIONS: dict[str, Compression] = {
    ".gz": Compression("gzip", b"\x1f\x8b", lambda file: gzip.GzipFile(fileobj=file)),
    ".bz2": Compression("bzip2", b"BZh", bz2.BZ2File),
    ".xz": Compression("xz", b"\xfd7zXZ\x00", lzma.LZMAFile),
    ".zst": Compression("Zstandard", b"\x28\xb5\x2f\xfd", _open_zstandard),
    ".zip": Compression("zip", b"", _open_zip),  # workbooks are zip files, too
}
"""Each extension, and its compression."""


def compression_of(path: Path) -> Compression | None:
    """Return the compression that the end of a file's name stands for."""
    return COMPRESSIONS.get(path.suffix.lower())


def recognised_compression(content: bytes) -> Compression | None:
    """Return the compression that the first bytes show."""
    known = (each for each in COMPRESSIONS.values() if each.starts)
    return next((each for each in known if content.startswith(each.starts)), None)


def decompressed(
    source: Path | bytes, compression: Compression, label: str, folder: Path | None
) -> Path | bytes:
    """Return the content of a compressed file, or, if there is a folder for it, the path of a file of it.

    Raises
    ------
    DataError
        If the file is damaged.
    """
    try:
        with (
            io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as raw,
            compression.open(cast(BinaryIO, raw)) as file,
        ):
            if folder is None:
                return cast(bytes, file.read())
            path = folder / "decompressed"
            with path.open("wb") as output:
                shutil.copyfileobj(file, output, 2**20)
            return path
    except DataError:
        raise
    except (
        *(OSError, EOFError, ValueError, RuntimeError),
        *(zlib.error, lzma.LZMAError, zipfile.BadZipFile),
    ) as error:
        raise DataError(f"{label} is not a whole {compression.name} file; compress it again.") from error
