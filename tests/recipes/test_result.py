from __future__ import annotations

import math
import signal
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from separatrix.errors import OutputError
from separatrix.estimators import MLPClassifier
from separatrix.network import SGD
from separatrix.recipes import Fact, Guide, PictureFile, RecipeResult, Try, write_page
from separatrix.recipes.result import PictureFolder, fit, losses_table, panels, snapshots


def test_facts_agree_or_differ() -> None:
    assert Fact("loss", "0.05", "0.05").agrees is True
    assert Fact("loss", "0.05", "0.06").agrees is False
    assert Fact("loss", "0.05").agrees is None
    assert Fact("loss", "0.05", run="0.05").agrees is True
    assert Fact("loss", "0.05", "0.06", run="0.05").agrees is False


def test_a_result_as_text() -> None:
    facts = (
        Fact("loss", "0.05", "0.06", "another seed"),
        Fact("points", "10 of 10", comment="all of them"),
    )
    table = "a  b\nc  d"
    result = RecipeResult(
        "demo", "A title.", facts, ("word " * 30, table), (PictureFile(Path("demo.png"), "It."),)
    )
    assert result.to_text().split("\n\n") == [
        "demo: A title.",
        "        ours      printed by the tutorial  its code, run by us\n"
        "loss    0.05      0.06                                          differs: another seed\n"
        "points  10 of 10                                                all of them",
        " ".join(["word"] * 20) + "\n" + " ".join(["word"] * 10),
        table,
        "Pictures:\n  demo.png",
    ]


FACTS = (
    Fact("accuracy <b>", "0.98", "0.98"),
    Fact("loss", "0.05", "0.06", "another seed"),
    Fact("seeds", "9 of 10", comment="luck"),
)


def result_named(name: str, folder: Path) -> RecipeResult:
    pictures = (
        PictureFile(folder / f"{name} 1.png", 'A "picture" & more.', "sx.draw(a < b)"),
        PictureFile(folder / f"{name}.gif", "A film."),
    )
    return RecipeResult(name, "What it <shows>.", FACTS, ("A note & more.", "See:\n\na  b\n1  <"), pictures)


class Page(HTMLParser):
    """The text, the tags still open, and what is linked to."""

    VOID = ("meta", "img", "br")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_page_shows_everything_and_escapes_it(tmp_path: Path) -> None:
    path = write_page(tmp_path, [result_named("demo", tmp_path)])
    assert path == tmp_path / "index.html"
    page = Page(path.read_text(encoding="utf-8"))
    assert page.open == []
    assert "script" not in page.tags
    assert page.links == ["demo%201.png", "demo%201.png", "demo.gif", "demo.gif"]
    for text in ("What it <shows>.", "accuracy <b>", "A note & more.", "a  b\n1  <", "sx.draw(a < b)"):
        assert text in page.words


def test_the_page_reports_agreement(tmp_path: Path) -> None:
    text = write_page(tmp_path, [result_named("demo", tmp_path)]).read_text(encoding="utf-8")
    assert '<span class="agrees">agrees</span></td>' in text
    assert '<span class="differs">differs</span>: another seed</td>' in text
    assert "<td>9 of 10</td><td>–</td><td>–</td><td>luck</td>" in text


def test_the_page_opens_with_what_there_is_to_see(tmp_path: Path) -> None:
    guide = Guide("Look <here>.", "Why?", "Because.", (Try("separatrix fit moons", "Fit it."),))
    result = RecipeResult("demo", "A title.", FACTS, (), (PictureFile(tmp_path / "a.png", "It."),), guide)
    text = write_page(tmp_path, [result]).read_text(encoding="utf-8")
    order = [
        "Look &lt;here&gt;.",
        "Why?",
        "<summary>Answer</summary>",
        "<img",
        "<table>",
        "<li><code>separatrix fit moons</code>",
    ]
    assert [text.index(part) for part in order] == sorted(text.index(part) for part in order)
    assert "color-scheme: light dark" in text
    words = result.to_text()
    assert (
        words.index("Question: Why?")
        < words.index("loss")
        < words.index("  separatrix fit moons\n    Fit it.")
    )


def test_the_losses_of_a_training_as_a_table() -> None:
    classifier = fit(MLPClassifier((2,), max_iter=7, n_iter_no_change=math.inf), X, Y)
    lines = losses_table(classifier, 1).splitlines()
    assert lines[0].split() == ["epoch", "loss"] * 4
    assert lines[1].split()[::2] == ["0", "2", "4", "6"]
    assert lines[1].split()[1] == f"{classifier.loss_curve_[0]:.4f}"
    assert lines[2].split()[::2] == ["1", "3", "5"]


def test_several_recipes_on_one_page(tmp_path: Path) -> None:
    names = ("one", "two")
    text = write_page(tmp_path, [result_named(name, tmp_path) for name in names]).read_text(encoding="utf-8")
    page = Page(text)
    assert page.links[:2] == ["#one", "#two"]
    assert all(f'<section id="{name}">' in text for name in names)


def test_a_page_in_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="does not exist"):
        write_page(tmp_path / "nowhere", [result_named("demo", tmp_path)])


def test_panels_are_side_by_side() -> None:
    figure, axes = panels(3, 2.0, 1.5)
    assert tuple(figure.get_size_inches()) == (6.0, 1.5)
    figure.canvas.draw()
    left_to_right = [ax.get_position().x0 for ax in axes]
    assert left_to_right == sorted(left_to_right)


def test_pictures_are_written_with_captions(tmp_path: Path) -> None:
    pictures = PictureFolder("demo", tmp_path / "new", films=False, progress=None)
    pictures.add(panels(1, 1.0, 1.0)[0], "one", "One.", "sx.draw()")
    pictures.add_film(None, None, None, "A film that is not wanted.", views=())
    (picture,) = pictures.result("Title.", [], []).pictures
    assert picture == PictureFile(tmp_path / "new" / "demo-one.png", "One.", "sx.draw()")
    assert picture.path.read_bytes().startswith(b"\x89PNG")


X, Y = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0, 0, 1, 1])


def test_the_limit_of_epochs_gives_no_warning() -> None:
    classifier = fit(MLPClassifier((2,), max_iter=5, n_iter_no_change=math.inf, record=1), X, Y)
    assert classifier.n_iter_ == 5
    models = snapshots(classifier)
    assert list(models) == [0, 1, 2, 3, 4, 5]
    np.testing.assert_allclose(models[5].predict_proba(X), classifier.predict_proba(X), rtol=1e-14)


def test_without_a_recording_there_are_no_snapshots() -> None:
    assert snapshots(fit(MLPClassifier((2,), max_iter=2), X, Y)) == {}


def test_divergence_does_warn() -> None:
    classifier = MLPClassifier((2,), "identity", solver=SGD(), learning_rate_init=1e30, engine="numpy")
    large = pytest.warns(UserWarning, match="not on one scale")
    with large, pytest.warns(ConvergenceWarning, match="diverged"):
        fit(classifier, 1e30 * X, Y)


def test_ctrl_c_ends_the_recipe() -> None:
    classifier = MLPClassifier((2,), max_iter=10_000, n_iter_no_change=math.inf)
    classifier.set_callbacks(lambda event: signal.raise_signal(signal.SIGINT))
    with pytest.warns(UserWarning, match="interrupted"), pytest.raises(KeyboardInterrupt):
        fit(classifier, X, Y)
