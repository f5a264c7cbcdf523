from __future__ import annotations

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex, to_rgb
from numpy.testing import assert_allclose

from separatrix.explain.diagram import NEGATIVE, POSITIVE
from separatrix.plots import palette


def test_the_first_two_classes_are_blue_dots_and_vermilion_stars() -> None:
    assert palette.class_colors(2) == ["#0072B2", "#D55E00"]
    assert palette.class_markers(2) == ["o", "*"]


def test_each_of_many_classes_has_another_look() -> None:
    looks = set(zip(palette.class_colors(64), palette.class_markers(64), strict=True))
    assert len(looks) == 64
    assert palette.class_colors(3) == palette.class_colors(10)[:3]


def luminance(color: str) -> float:
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def test_points_stand_out_on_the_tint_of_their_class() -> None:
    colors = palette.class_colors(7)  # the eighth, yellow, is light
    tints = palette.class_tints(np.eye(7), colors)
    for color, tint in zip(colors, tints, strict=True):
        assert (luminance(to_hex(tint)) + 0.05) / (luminance(color) + 0.05) > 1.4


def gray(color: tuple[float, ...]) -> float:
    return float(np.dot(color[:3], [0.299, 0.587, 0.114]))  # luma, ITU-R BT.601


@pytest.mark.parametrize("style", ["default", "dark_background"])
def test_both_sides_of_one_half_can_be_told_from_each_other_also_in_gray(style: str) -> None:
    with plt.style.context(style):
        colormap = palette.probability_colormap()
    below, above, low, high = (colormap(p) for p in (0.499, 0.501, 0.0, 1.0))
    assert np.abs(np.subtract(below, above)).max() > 0.04
    assert below[2] > below[0]  # still blue, and still orange
    assert above[2] < above[0]
    if style == "default":  # as a page is printed
        assert gray(high) - gray(low) > 0.12
    shades = [abs(gray(colormap(p)) - gray(below)) for p in (0.4, 0.2, 0.0)]
    assert shades == sorted(shades)


def test_without_a_lower_class_the_lower_half_is_the_background() -> None:
    colormap = palette.probability_colormap(None, "#0072B2")
    assert_allclose(colormap([0.0, 0.49])[:, :3], 1)
    assert colormap(0.51)[0] < 0.95


def test_tints_are_faint_where_the_classes_are_equally_likely() -> None:
    colors = palette.class_colors(3)
    faintest = palette.class_tints(np.full((4, 5, 3), 1 / 3), colors)
    assert 0.9 < faintest.min() < 0.96
    strong, weak = palette.class_tints(np.array([[0.9, 0.1, 0.0], [0.5, 0.3, 0.2]]), colors)
    assert (strong <= weak).all()


@pytest.mark.parametrize("marker", palette.class_markers(8))
def test_no_marker_looks_smaller_than_a_dot(marker: str) -> None:
    assert palette.marker_scale(marker) >= 1


def test_signs_and_sizes_have_other_colors_than_classes() -> None:
    ends = {to_hex(palette.signed_colormap()(end)) for end in (0.0, 1.0)}
    assert not ends & {color.lower() for color in palette.class_colors(8)}
    assert_allclose(palette.signed_colormap()(0.5)[:3], 0.97, atol=0.02)
    low, high = palette.signed_colormap()([0.0, 1.0])
    assert gray(low) < gray(high) - 0.2
    in_notebooks = np.array([NEGATIVE, POSITIVE]) / 255
    assert_allclose(palette.signed_colormap()([0.0, 1.0])[:, :3], in_notebooks, atol=0.5 / 255)
    lightness = [luminance(to_hex(color)) for color in palette.sequential_colormap()(np.linspace(0, 1, 9))]
    assert lightness == sorted(lightness)
    assert len(set(palette.curve_colors(7))) == 7


def test_in_a_dark_style_the_middle_of_scales_is_dark_and_lines_are_light() -> None:
    with plt.style.context("dark_background"):
        assert palette.is_dark()
        assert_allclose(palette.signed_colormap()(0.5)[:3], 0, atol=0.01)
        ends = palette.signed_colormap()([0.0, 1.0])[:, :3]
        assert palette.class_tints(np.array([0.5, 0.5]), palette.class_colors(2)).max() < 0.1
        assert min(luminance(to_hex(color)) for color in palette.ordered_colors(5)) > 0.1
        assert 0.5 < to_rgb(palette.muted())[0] < 0.8
    assert_allclose(ends, palette.signed_colormap()([0.0, 1.0])[:, :3])
    assert max(luminance(to_hex(color)) for color in palette.ordered_colors(5)) < 0.6
    assert not palette.is_dark()


def test_two_classes_can_change_their_looks():
    colors, markers = palette.class_colors(2), palette.class_markers(2)
    with palette.swapped_classes():
        assert palette.class_colors(2) == colors[::-1]
        assert palette.class_markers(2) == markers[::-1]
        assert palette.class_colors(3)[:2] == colors
    assert palette.class_colors(2) == colors
