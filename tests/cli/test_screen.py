from __future__ import annotations

import matplotlib as mpl

from separatrix.cli.screen import draw_on_files


def test_no_window_is_opened(monkeypatch):
    chosen = []
    monkeypatch.setattr(mpl, "use", chosen.append)
    draw_on_files()
    assert chosen == ["agg"]
