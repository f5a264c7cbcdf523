"""Files that are written as a whole or not at all, and a check that a path can be written."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from separatrix.errors import OutputError

MOST_BYTES = 200  # of a name that is kept in a temporary one: file systems allow 255


def check_writable(path: str | os.PathLike[str]) -> None:
    """Raise an error, before any work is done, for a path that cannot be written.

    Parameters
    ----------
    path : path-like
        Where the result is to be written. An existing file will be replaced.

    Raises
    ------
    OutputError
        If the path is a folder, or its folder does not exist or is not writable.

    Examples
    --------
    >>> check_writable("no-such-folder/model.safetensors")
    Traceback (most recent call last):
    ...
    separatrix.errors.OutputError: cannot write 'no-such-folder/model.safetensors': the folder \
'no-such-folder' does not exist; create it first.
    """
    target = Path(path)
    folder = target.parent
    try:
        is_folder = target.is_dir() or target.resolve().is_dir()
    except (OSError, RuntimeError, ValueError) as error:  # a name too long or with NUL, a loop of links
        reason = getattr(error, "strerror", None) or error
        raise OutputError(f"cannot write '{target}': {reason}; give another name.") from error
    if is_folder:
        raise OutputError(f"cannot write '{target}': it is a folder; give the name of a file in it.")
    if not folder.is_dir():
        raise OutputError(f"cannot write '{target}': the folder '{folder}' does not exist; create it first.")
    # A device such as /dev/stdout is opened; a file is replaced, which needs its folder.
    needed = target if _is_device(target) else folder
    if not os.access(needed, os.W_OK):
        raise OutputError(f"cannot write '{target}': no permission to write to '{needed}'; choose another.")


@contextmanager
def atomic_write(path: str | os.PathLike[str], is_repeated: bool = False) -> Iterator[Path]:
    """Yield a temporary path in the same folder that becomes `path` when the block ends well.

    Readers see the old file or the whole new one, never a part of it; if the block raises, no file is left.
    The temporary name has the extension of `path`, so that writers that depend on it work. A file that is
    replaced keeps its mode and, where the user may set it, its owner.

    Parameters
    ----------
    path : path-like
        The file to write or replace. A symbolic link is kept (its target is replaced); a device is written
        directly.
    is_repeated : bool
        Whether a single process writes the file repeatedly: the temporary name is then always the same, so
        that killed processes leave no more than one such file.

    Yields
    ------
    pathlib.Path
        The path to write to.

    Raises
    ------
    OutputError
        If the file cannot be written (also for any `OSError` inside the block).

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with atomic_write(Path(folder) / "answer.txt") as temporary:
    ...         _ = temporary.write_text("42")
    ...     (Path(folder) / "answer.txt").read_text()
    '42'
    """
    check_writable(path)
    target = Path(path)
    if not _is_device(target):
        target = target.resolve()
        name = os.fsencode(target.name)[-MOST_BYTES:].decode(errors="ignore")  # the end has the extension
        temporary = target.with_name(f".{'part' if is_repeated else secrets.token_hex(4)}.{name}")
    else:
        temporary = target
    try:
        yield temporary
        if temporary != target:
            _flush(temporary)
            _take_mode_and_owner(temporary, target)
            os.replace(temporary, target)
    except OSError as error:
        raise OutputError(f"cannot write '{path}': {error.strerror or error}.") from error
    finally:
        if temporary != target:
            temporary.unlink(missing_ok=True)


def _take_mode_and_owner(path: Path, of: Path) -> None:
    """Give a file the mode and the owner of another, if there is one."""
    try:
        old, new = of.stat(), path.stat()
    except FileNotFoundError:
        return
    if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid) and hasattr(os, "chown"):
        with suppress(PermissionError):  # only an administrator may give a file away
            os.chown(path, old.st_uid, old.st_gid)
    path.chmod(stat.S_IMODE(old.st_mode))


def _flush(path: Path) -> None:
    """Write a file to the disk before it is renamed."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _is_device(path: Path) -> bool:
    return path.exists() and not path.is_file()
