from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from numpy.typing import NDArray

from separatrix.errors import OutputError, ParameterError
from separatrix.plots.axes import (
    add_legend,
    draw_class_points,
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
    write_beside,
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


def test_more_points_are_smaller() -> None:
    few, many = (draw_class_points(new_axes(), np.zeros((n, 2)), None, [])[0] for n in (10, 1000))
    assert few.get_sizes() > many.get_sizes()


def test_a_legends_markers_are_readable_and_keep_their_proportions() -> None:
    ax = new_axes()
    points = draw_class_points(ax, np.zeros((4, 2)), np.array([0, 0, 1, 1]), ["a", "b"], s=2)
    for is_own in (True, False):
        legend = add_legend(figure_of(ax), ax, points, is_own=is_own)
        dot, star = (handle.get_sizes()[0] for handle in legend.legend_handles)
        assert dot > 30
        assert star > dot


def test_a_legend_of_long_names_has_one_column() -> None:
    ax = new_axes()
    handles = [plt.Line2D([], [], label=letter * 60) for letter in "ab"]
    assert add_legend(figure_of(ax), ax, handles, is_own=True)._ncols == 1


def test_what_the_caller_chose_replaces_the_defaults() -> None:
    assert style({"a": 1, "b": 2}, {"b": 3}) == {"a": 1, "b": 3}
    assert style({"a": 1}, None) == {"a": 1}
    assert wrapped("one two", 4) == "one\ntwo"


def test_texts_are_as_large_as_they_are_drawn() -> None:
    for text in ("iiiiiiiiiiiiiiii", "WWWWWWWWWWWW", "one line\nand another"):
        drawn = plt.figure(dpi=720).text(0, 0, text, fontsize="small").get_window_extent()
        width, height = text_size(text, "small")
        assert width == pytest.approx(drawn.width / 10, rel=0.05)
        assert height == pytest.approx(drawn.height / 10, rel=0.3)
    assert text_size("", 10)[0] == 0


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


def axes() -> Axes:
    ax = Figure().subplots()
    ax.set(xlim=(-2, 2), ylim=(-2, 2))
    return ax


def covers(ax: Axes, text: Annotation, path: NDArray[np.float64]) -> bool:
    box = text.get_window_extent()
    steps = np.linspace(0, len(path) - 1, 5000)
    dense = np.column_stack([np.interp(steps, np.arange(len(path)), path[:, k]) for k in (0, 1)])
    return any(box.contains(x, y) for x, y in ax.transData.transform(dense))


def test_a_name_does_not_lie_on_a_path_that_comes_back_over_it() -> None:
    ax = axes()
    path = np.array([[0.0, 0.0], [0.0, -1.0], [1.0, -1.0], [1.0, 0.2], [-1.0, 0.2]])
    (text,) = write_beside(ax, [("epoch 0", path[0])], path)
    assert not covers(ax, text, path)
    assert list(ax.texts) == [text]


def test_names_lie_neither_on_each_other_nor_outside() -> None:
    ax = axes()
    path = np.array([[1.95, 1.95], [0.9, 1.95]])
    texts = write_beside(ax, [("epoch 0", path[0]), ("epoch 10", path[1])], path)
    boxes = [text.get_window_extent() for text in texts]
    assert not boxes[0].overlaps(boxes[1])
    assert all(ax.bbox.contains(*corner) for box in boxes for corner in (box.min, box.max))


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


def test_a_rare_class_lies_on_top_and_keeps_its_fraction():
    codes = np.array([1] * 20 + [0] * 19_980)
    rare_points, common_points = 1, 0
    drawn = draw_class_points(plt.figure().add_subplot(), np.zeros((20_000, 2)), codes, ["common", "rare"])
    assert [len(points.get_offsets()) for points in drawn] == [4995, 5]
    assert drawn[rare_points].get_zorder() > drawn[common_points].get_zorder()


def test_a_class_of_one_row_is_drawn():
    codes = np.array([2] + [0] * 9_000 + [1] * 9_000)
    drawn = draw_class_points(plt.figure().add_subplot(), np.zeros((18_001, 2)), codes, ["a", "b", "c"])
    assert len(drawn[2].get_offsets()) == 1


def test_few_points_are_all_drawn():
    drawn = draw_class_points(plt.figure().add_subplot(), np.zeros((300, 2)), np.arange(300) % 2, ["a", "b"])
    assert sum(len(points.get_offsets()) for points in drawn) == 300
