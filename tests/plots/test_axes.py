from __future__ import annotations

from pathlib import Path

import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from separatrix.errors import OutputError, ParameterError
from separatrix.plots.axes import (
    draw_without_screen,
    figure_of,
    log_tick_values,
    new_axes,
    prepare_folder,
    save_figure,
    set_log_ticks,
    shrink_texts,
    style,
    text_size,
    wrapped,
    wrapped_to,
)


def test_new_axes_are_in_a_new_figure_of_the_given_size() -> None:
    ax = new_axes((3.0, 2.0))
    assert figure_of(ax).get_size_inches().tolist() == [3.0, 2.0]
    assert figure_of(ax) is not figure_of(new_axes())


def test_axes_without_a_figure_are_refused() -> None:
    ax = new_axes()
    ax.remove()
    with pytest.raises(ParameterError, match="ax must be in a figure"):
        figure_of(ax)


def test_small_axes_have_small_text() -> None:
    ax = plt.subplots(2, 2)[1][0, 0]
    shrink_texts(ax)
    ax.set(xlabel="a name")
    small = {text.get_fontsize() for text in [ax.xaxis.label, *ax.get_xticklabels()]}
    assert max(small) < plt.rcParams["font.size"]


def test_what_the_caller_chose_replaces_the_defaults() -> None:
    assert style({"a": 1, "b": 2}, {"b": 3}) == {"a": 1, "b": 3}
    assert style({"a": 1}, None) == {"a": 1}
    assert wrapped("one two", 4) == "one\ntwo"


def test_a_text_is_wrapped_to_a_width_in_points() -> None:
    lines = wrapped_to("some words that need a few lines", 80, "small").split("\n")
    assert len(lines) > 1
    assert max(text_size(line, "small")[0] for line in lines) < 100
    assert wrapped_to("", 80, "small") == ""


@pytest.mark.parametrize("low", [3e-7, 0.02, 0.69, 41.0])
@pytest.mark.parametrize("ratio", [1.1, 2.0, 8.0, 300.0, 1e5])
def test_an_axis_of_any_length_has_some_numbers(low: float, ratio: float) -> None:
    ticks = log_tick_values(low, low * ratio)
    assert 2 <= len(ticks) <= 10
    assert all(low <= tick <= low * ratio for tick in ticks)


def test_numbers_are_written_plainly() -> None:
    ax = Figure().subplots()
    ax.plot([1, 2], [0.05, 1.5])
    ax.set_yscale("log")
    set_log_ticks(ax.yaxis, 0.05, 1.5)
    ax.figure.canvas.draw()
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert {"0.1", "0.2", "0.5", "1"} <= set(labels)


def test_a_saved_figure_is_closed(tmp_path: Path) -> None:
    figure = plt.figure(figsize=(1, 1))
    save_figure(figure, tmp_path / "one.svg")
    assert "<svg" in (tmp_path / "one.svg").read_text(encoding="utf-8")
    assert plt.get_fignums() == []


def test_a_figure_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="does not exist"):
        save_figure(plt.figure(figsize=(1, 1)), tmp_path / "nowhere" / "picture.png")
    assert not list(tmp_path.iterdir())


def test_a_folder_is_made_or_refused(tmp_path: Path) -> None:
    prepare_folder(tmp_path / "a" / "b")
    prepare_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match=r"cannot make the folder '.*file'"):
        prepare_folder(tmp_path / "file")


def test_no_window_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen: list[str] = []
    monkeypatch.setattr("matplotlib.use", chosen.append)
    draw_without_screen()
    assert chosen == ["agg"]
