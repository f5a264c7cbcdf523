"""Dates: what is read as one, and what is not."""

from __future__ import annotations

import numpy as np
import pytest

from separatrix.data.encoder import TableEncoder
from separatrix.data.kinds.dates import iso_seconds, read_moments
from separatrix.data.schema_learning import learn_schema
from separatrix.data.table import Table
from separatrix.data.table_check import check_table

ZONES = ["Z", "+01:00", "-05:00"]
DAYS = [f"2024-01-{1 + i % 28:02}" for i in range(56)]


@pytest.mark.parametrize(
    "word", ["NaT", "today", "now", "2023", "2024-01", "0000-01-01", "2024-01-01T00:00Z"]
)
def test_only_iso_dates_are_left_to_numpy(word: str) -> None:
    assert iso_seconds(["2024-01-01", word]) is None


def test_iso_dates() -> None:
    found = iso_seconds(["1970-01-02", None, "1970-01-01 01:00", "1970-01-01T00:00:07"])
    assert found is not None
    np.testing.assert_array_equal(found, [86400.0, np.nan, 3600.0, 7.0])


@pytest.mark.parametrize("word", ["NaT", "today", "2023"])
def test_a_word_among_dates_is_missing_and_named(word: str) -> None:
    schema = learn_schema(Table({"day": [*DAYS, word]}))
    assert schema["day"].kind == "date"
    assert f"56 of 57 cells are dates, 1 is '{word}': taken as missing" in schema["day"].sentence
    days = schema.apply({"day": [*DAYS, word]})["day (days)"]
    assert days[:2].tolist() == [0.0, 1.0]
    assert np.isnan(days[-1])


def test_24_00_is_the_end_of_a_day() -> None:
    assert read_moments("24:00") == {"time": 0.0}
    assert read_moments("01/31/1997 24:00")["mdy"] == read_moments("02/01/1997 00:00")["mdy"]
    assert read_moments("1997-01-31T24:00") == read_moments("1997-02-01")
    assert read_moments("24:01") == read_moments("25:00") == {}
    hours = learn_schema(Table({"at": [f"{1 + i % 24:02}:00" for i in range(48)]})).columns[0]
    assert hours.reason == "has times of the day from 00:00 to 23:00: becomes hour"
    assert hours.notes == ()


def test_moments_with_a_time_zone_are_read_by_the_clock_of_the_place() -> None:
    zoned = [f"2024-01-{1 + i % 28:02}T00:30:00+01:00" for i in range(56)]
    schema = learn_schema(
        Table({"zoned": zoned, "plain": [cell[:19] for cell in zoned], "month": ["01-2024", "03-2024"] * 28})
    )
    assert "from 2024-01-01 00:30 to 2024-01-28 00:30 in local time: becomes" in schema["zoned"].sentence
    assert "from 2024-01-01 00:30 to 2024-01-28 00:30: becomes" in schema["plain"].sentence
    assert "local" not in schema["month"].sentence
    utc = learn_schema(Table({"at": [f"{cell[:19]}Z" for cell in zoned]})).columns[0]
    assert "to 2024-01-28 00:30 in UTC: becomes" in utc.sentence
    mixed = Table({"at": [f"2024-01-0{1 + i % 5}T18:30:00{zone}" for i, zone in enumerate(ZONES * 8)]})
    assert learn_schema(mixed).columns[0].reader.parts == ("days", "weekday")  # the hour is the same


@pytest.mark.parametrize(
    ("cells", "order", "hour"),
    [
        ([f"{i % 24:02}.00.00" for i in range(48)], "time", 18.0),  # as Italian instruments write it
        ([f"{i % 24}.15.00" for i in range(48)], "time", 18.25),
        ([f"{1 + i % 28:02}.05.20" for i in range(48)], "dmy", None),
        ([f"1.2.2024 {i % 24:02}.30" for i in range(48)], "dmy", 18.0),
    ],
)
def test_points_may_stand_in_days_and_in_times(cells: list[str], order: str, hour: float | None) -> None:
    schema = learn_schema(Table({"at": cells}))
    assert schema["at"].kind == "date"
    assert schema["at"].reader.order == order
    made = schema.apply({"at": cells})
    assert hour is None or made["at (hour)"][18] == hour


def test_dates_that_begin_with_the_year_are_read_in_every_column_of_dates() -> None:
    days = np.array([f"{1 + i % 28:02}.03.2024" for i in range(56)], dtype=object)
    schema = learn_schema(Table({"day": days, "x": np.arange(56) % 5}))
    later = np.array(["2024-03-15", None], dtype="datetime64[D]")
    read = schema.apply({"day": later, "x": [1, 2]})
    np.testing.assert_array_equal(read["day (days)"], [14.0, np.nan])
    mixed = np.array(["2024-03-15", "15.03.2024"], dtype=object)
    np.testing.assert_array_equal(schema.apply({"day": mixed, "x": [1, 2]})["day (days)"], [14.0, 14.0])


def test_a_or_p_after_a_time_is_a_half_of_the_day() -> None:
    assert read_moments("7/3/2018 1:47p") == read_moments("7/3/2018 13:47")
    assert read_moments("9:05a")["time"] == 9 * 3600 + 5 * 60


def test_numbers_with_a_point_are_no_times() -> None:
    assert learn_schema(Table({"price": [f"{i % 24}.15" for i in range(48)]})).columns[0].kind == "number"


def test_dates_far_from_the_training_are_reported_as_dates() -> None:
    schema = learn_schema(Table({"day": DAYS}))
    encoder = TableEncoder.fit(schema.apply({"day": DAYS}).columns, schema=schema)
    found = check_table(encoder, {"day": ["2025-07-01", "2024-01-05"]})
    assert str(found) == "'day' is far from 2024-01-01 to 2024-01-28 of the training in 1 of 2 rows."
