from __future__ import annotations

from separatrix.cli.report import class_text, unseen_lines


def test_many_classes_are_cut_short():
    assert class_text("abc", [2, 1, 1], limit=2) == "a: 2 (50.0%), b: 1 (25.0%) and 1 more"


def test_unseen_values():
    assert unseen_lines({"a": 1, "b": 2000}) == [
        ("Unseen", "1 value of 'a', 2,000 values of 'b' not seen in training")
    ]
    assert unseen_lines({}) == []
