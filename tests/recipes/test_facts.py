from __future__ import annotations

from pathlib import Path

from separatrix.recipes import Fact, Picture, RecipeResult


def test_agreement() -> None:
    assert Fact("loss", "0.05", "0.05").agrees is True
    assert Fact("loss", "0.05", "0.06").agrees is False
    assert Fact("loss", "0.05").agrees is None


def test_text() -> None:
    facts = (
        Fact("loss", "0.05", "0.06", "another seed"),
        Fact("points", "10 of 10", comment="all of them"),
    )
    table = "a  b\nc  d"
    result = RecipeResult(
        "demo", "A title.", facts, ("word " * 30, table), (Picture(Path("demo.png"), "It."),)
    )
    assert result.to_text().split("\n\n") == [
        "demo: A title.",
        "        ours      tutorial\n"
        "loss    0.05      0.06      differs: another seed\n"
        "points  10 of 10            all of them",
        " ".join(["word"] * 20) + "\n" + " ".join(["word"] * 10),
        table,
        "Pictures:\n  demo.png",
    ]
