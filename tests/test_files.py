"""Files are written as a whole or not at all."""

from __future__ import annotations

import os
import stat

import pytest

from separatrix.errors import OutputError
from separatrix.files import atomic_write, check_writable


def test_the_file_appears_when_the_block_ends(tmp_path):
    path = tmp_path / "model.tar.gz"
    path.write_text("old")
    with atomic_write(path) as temporary:
        temporary.write_text("new")
        assert temporary.parent == tmp_path
        assert temporary.name.endswith("model.tar.gz")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_failed_block_leaves_the_old_file_and_nothing_else(tmp_path, error):
    path = tmp_path / "model"
    path.write_text("old")

    def fail():
        with atomic_write(path) as temporary:
            temporary.write_text("half")
            raise error

    with pytest.raises(error):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_an_output_error(tmp_path):
    def fill():
        with atomic_write(tmp_path / "model"):
            raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match=r"cannot write '.*model': No space left on device\."):
        fill()


def test_permissions_are_those_of_any_new_file(tmp_path):
    (tmp_path / "plain").write_text("")
    with atomic_write(tmp_path / "atomic") as temporary:
        temporary.write_text("")
    plain, atomic = (stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("plain", "atomic"))
    assert plain == atomic


@pytest.mark.skipif(os.name == "nt", reason="symbolic links need a right of their own there")
def test_a_symbolic_link_stays_one(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "file")
    with atomic_write(tmp_path / "link") as temporary:
        temporary.write_text("new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_text() == "new"


@pytest.mark.skipif(not os.path.exists(os.devnull) or os.name == "nt", reason="needs a device file")
def test_a_device_is_written_and_not_replaced():
    with atomic_write(os.devnull) as temporary:
        temporary.write_text("gone")
    assert not os.path.isfile(os.devnull)


def test_paths_that_cannot_be_written_are_errors_before_any_work(tmp_path, monkeypatch):
    check_writable(tmp_path / "model")
    with pytest.raises(OutputError, match="it is a folder; give the name of a file in it"):
        check_writable(tmp_path)
    with pytest.raises(OutputError, match=r"the folder '.*nowhere' does not exist; create it first"):
        check_writable(tmp_path / "nowhere" / "model")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(OutputError, match=r"no permission to write to '.*'; choose another"):
        check_writable(tmp_path / "model")


@pytest.mark.skipif(os.name == "nt", reason="has no such modes")
def test_a_file_that_is_replaced_keeps_its_mode_and_owner(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")
    path.chmod(0o640)
    is_root = os.geteuid() == 0
    if is_root:
        os.chown(path, 1234, 2345)
    with atomic_write(path) as temporary:
        temporary.write_text("new")
    status = path.stat()
    assert (path.read_text(), stat.S_IMODE(status.st_mode)) == ("new", 0o640)
    assert not is_root or (status.st_uid, status.st_gid) == (1234, 2345)


def test_a_name_that_no_file_can_have_is_an_output_error(tmp_path):
    loop = tmp_path / "loop.txt"
    loop.symlink_to(tmp_path / "pool.txt")
    (tmp_path / "pool.txt").symlink_to(loop)
    for path in (loop, tmp_path / ("x" * 300), tmp_path / "a\0b"):
        with pytest.raises(OutputError, match="cannot write"), atomic_write(path) as temporary:
            temporary.write_text("new")
    with atomic_write(tmp_path / ("é" * 120 + ".txt")) as temporary:
        temporary.write_text("long")
    assert (tmp_path / ("é" * 120 + ".txt")).read_text() == "long"
