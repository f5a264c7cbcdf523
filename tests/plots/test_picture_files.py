from __future__ import annotations

from pathlib import Path

import pytest
from matplotlib import pyplot as plt

from separatrix.errors import OutputError
from separatrix.plots.picture_files import prepare_folder, save_picture


def test_a_saved_figure_is_closed(tmp_path: Path) -> None:
    figure = plt.figure(figsize=(1, 1))
    save_picture(figure, tmp_path / "one.svg")
    assert "<svg" in (tmp_path / "one.svg").read_text(encoding="utf-8")
    assert plt.get_fignums() == []


def test_a_picture_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="does not exist"):
        save_picture(plt.figure(figsize=(1, 1)), tmp_path / "nowhere" / "picture.png")
    assert not list(tmp_path.iterdir())


def test_a_folder_is_made_or_refused(tmp_path: Path) -> None:
    prepare_folder(tmp_path / "a" / "b")
    prepare_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match=r"cannot make the folder '.*file'"):
        prepare_folder(tmp_path / "file")
