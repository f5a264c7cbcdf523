from __future__ import annotations

import numpy as np

from separatrix.cli.fit_report import _lines_on_columns
from separatrix.cli.report import assessment_parts, class_text, unseen_lines
from separatrix.data.encoder import TableEncoder
from separatrix.data.schema_learning import learn_schema
from separatrix.data.table import Table
from separatrix.evaluate.assessment import assess_classifier


def test_many_classes_are_cut_short():
    assert class_text("abc", [2, 1, 1], limit=2) == "a: 2 (50.0%), b: 1 (25.0%) and 1 more"


def test_unseen_values():
    assert unseen_lines({"a": 1, "b": 2000}) == [
        ("Unseen", "1 value of 'a', 2,000 values of 'b' not seen in training")
    ]
    assert unseen_lines({}) == []


def test_a_dozen_lines_on_the_columns_at_most():
    random = np.random.RandomState(0)
    words = np.array(["red", "Red", "blue", "Green", "green "], dtype=object)
    noted = {f"colour {number}": random.choice(words, 60) for number in range(14)}
    table = Table({"size": random.normal(size=60), **noted, "land": ["DE"] * 60})
    schema = learn_schema(table)
    lines = _lines_on_columns(TableEncoder.fit(schema.apply(table).columns, schema=schema), schema)
    assert len(lines) == 12
    n_all = len(schema.lines(None)) + sum(heading in ("Numbers", "Text") for heading, _ in lines)
    assert lines[-1] == ("More", f"and {n_all - 11} more: separatrix look")


def test_a_rare_class_that_is_missed_is_said_in_the_terminal():
    y = np.array([1] * 5 + [0] * 95)
    proba = np.tile([0.95, 0.05], (100, 1))
    said = assessment_parts(assess_classifier(y, proba, [0, 1], {}), "row")[-1]
    assert (
        "'1' is rare and often missed: choose a threshold by what a miss costs (--cost fn=10,fp=1)." in said
    )
