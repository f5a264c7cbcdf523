from __future__ import annotations

from pathlib import Path

from separatrix.recipes import _pictures


def test_panels_stand_side_by_side() -> None:
    figure, axes = _pictures.panels(3, 2.0, 1.5)
    assert tuple(figure.get_size_inches()) == (6.0, 1.5)
    figure.canvas.draw()
    left_to_right = [ax.get_position().x0 for ax in axes]
    assert left_to_right == sorted(left_to_right)


def test_a_saved_picture_has_its_caption(tmp_path: Path) -> None:
    figure, _ = _pictures.panels(1, 1.0, 1.0)
    picture = _pictures.save(figure, tmp_path / "one.png", "One.", "sx.draw()")
    assert picture.path.read_bytes().startswith(b"\x89PNG")
    assert (picture.caption, picture.code) == ("One.", "sx.draw()")
