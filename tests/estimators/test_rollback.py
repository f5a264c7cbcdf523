from __future__ import annotations

from types import SimpleNamespace

import pytest

from separatrix.estimators.rollback import unchanged_on_error


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt])
def test_attributes_come_back_after_an_exception(kind: type[BaseException]) -> None:
    thing = SimpleNamespace(kept=1, changed=1, deleted=1)

    def change() -> None:
        thing.changed, thing.new = 2, 2
        del thing.deleted
        raise kind

    with pytest.raises(kind), unchanged_on_error(thing):
        change()
    assert vars(thing) == {"kept": 1, "changed": 1, "deleted": 1}


def test_attributes_stay_without_one() -> None:
    thing = SimpleNamespace()
    with unchanged_on_error(thing):
        thing.new = 2
    assert thing.new == 2
