import pytest

from separatrix.errors import ParameterError
from separatrix.network.schedules import Constant
from separatrix.train import LoopSettings

RIGHT = {"learning_rate": 0.1, "schedule": Constant(), "max_epochs": 9, "metrics": {"auc": lambda theta: 0.5}}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("learning_rate", 0.0),
        ("learning_rate", float("inf")),
        ("max_epochs", 0),
        ("max_epochs", 1.5),
        ("restore_best", 1),
        ("monitored_metric", "acu"),
    ],
)
def test_a_wrong_setting_is_named(name, value):
    with pytest.raises(ParameterError, match=rf"^{name} must be .* got {value!r}"):
        LoopSettings(**RIGHT | {name: value})


def test_a_watched_metric_needs_metrics():
    with pytest.raises(ParameterError, match=r"^monitored_metric must be one of metrics"):
        LoopSettings(**RIGHT | {"metrics": {}, "monitored_metric": "auc"})
