from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.datasets import make_circles
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from separatrix import Ensemble, MLPClassifier, MLPEnsembleClassifier, Model, Network
from separatrix.errors import DataError, ParameterError
from separatrix.explain import decision_grid, hidden_units, network_diagram, trace, weight_images
from separatrix.explain.subject import (
    as_model,
    as_recording,
    class_labels,
    history_of,
    input_names,
    is_network,
    kept_epoch,
    layer_activations,
    output_names,
    parameter_index,
    parameter_names,
)
from separatrix.explain.tables import as_table, encoded_rows
from separatrix.explain.weight_images import missing_shape
from separatrix.network import PeriodicEmbedding
from separatrix.playground.shown_model import shown_network
from separatrix.train.history import History, KeptEpoch

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 5.0], [3.0, 4.0]])
LABELS = ["no", "no", "yes", "yes"]
MODEL = Model(Network.mlp(2, (), 1), [1.0, 2.0, 0.5], classes=["no", "yes"])


@pytest.fixture(scope="module")
def fitted() -> MLPClassifier:
    return MLPClassifier((2,), solver="lbfgs", max_iter=5, random_state=0, engine="numpy")


def test_a_pipeline_is_the_network_of_its_last_step_on_transformed_rows(fitted: MLPClassifier) -> None:
    pipeline = make_pipeline(StandardScaler(), fitted).fit(X, LABELS)
    assert as_model(pipeline) == pipeline[-1].to_model()
    assert_array_equal(encoded_rows(pipeline, X), pipeline[0].transform(X))
    assert_array_equal(class_labels(pipeline), ["no", "yes"])
    assert not is_network(pipeline)
    assert is_network(pipeline[-1])


def test_an_estimator_without_network_is_an_error() -> None:
    with pytest.raises(ParameterError, match=r"estimator must be a Model.*got LinearRegression"):
        as_model(LinearRegression())


def test_an_ensemble_is_not_a_single_network(fitted: MLPClassifier) -> None:
    voting = MLPEnsembleClassifier([("one", fitted), ("two", fitted)]).fit(X, LABELS)
    for ensemble, members in ((voting, "estimators_"), (voting.to_model(), "models")):
        assert not is_network(ensemble)
        assert class_labels(ensemble).tolist() == ["no", "yes"]
        assert as_table(ensemble, X).column_names == ["x1", "x2"]
        with pytest.raises(ParameterError, match=f"must be a single network, got .*Ensemble.*its {members}"):
            as_model(ensemble)


def test_a_missing_recording_is_an_error_that_says_how_to_record() -> None:
    with pytest.raises(DataError, match=r"Model has no recording.*record='auto'"):
        as_recording(MODEL)


@pytest.mark.parametrize(
    ("estimator", "why"),
    [
        (LogisticRegression(), "must be fitted, got LogisticRegression that is not; call fit"),
        (
            LinearRegression().fit([[0.0], [1.0]], [0, 1]),
            "must be a classifier, got LinearRegression that predicts",
        ),
        (
            Model(Network.mlp(2, (), 1, head="regression"), np.zeros(3)),
            "must be a classifier, got a model that predicts numbers; draw those of one input with",
        ),
    ],
)
def test_only_fitted_classifiers_have_classes(estimator: object, why: str) -> None:
    with pytest.raises(ParameterError, match=why):
        class_labels(estimator)


def test_several_labels_for_each_row_are_an_error() -> None:
    model = Model(Network.mlp(2, (), 3, head="multilabel"), np.zeros(9))
    for several in (model, Ensemble([model])):
        with pytest.raises(ParameterError, match="one class for each row"):
            class_labels(several)


def model(network: Network, **parts: object) -> Model:
    return Model(network, np.zeros(network.n_parameters), **parts)  # type: ignore[arg-type]


def test_names_are_in_the_order_of_theta() -> None:
    network = Network.mlp(2, (2,), 1)
    names = parameter_names(model(network, feature_names=["age", "dose"]))
    assert names[:5] == [
        "layer 0: w[age, 0]",
        "layer 0: w[age, 1]",
        "layer 0: w[dose, 0]",
        "layer 0: w[dose, 1]",
        "layer 0: b[0]",
    ]
    assert names[-1] == "layer 1: b[0]"
    weights, biases = network.split(np.arange(network.n_parameters))
    assert names.index("layer 1: w[1, 0]") == weights[1][1, 0]
    assert names.index("layer 0: b[1]") == biases[0][1]


@pytest.mark.parametrize("sizes", [(2, 3, 1), (1, 1), (4, 3), (2, 5, 4, 3)])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_every_parameter_has_a_name_of_its_own(sizes: tuple[int, ...], fit_intercept: bool) -> None:
    n_in, *hidden, n_out = sizes
    head = "binary" if n_out == 1 else "multiclass"
    network = Network.mlp(n_in, hidden, n_out, head=head, fit_intercept=fit_intercept)
    names = parameter_names(model(network))
    assert len(set(names)) == len(names) == network.n_parameters
    assert [parameter_index(model(network), name) for name in names] == list(range(len(names)))


def test_the_error_for_an_unknown_name_suggests_a_known_one() -> None:
    with pytest.raises(ParameterError, match=r"such as 'w\[age\]' or 'b', got 'w\[aeg\]'\. Did you mean"):
        parameter_index(model(Network.mlp(2, (), 1), feature_names=["age", "dose"]), "w[aeg]")


def test_a_name_wins_over_a_number() -> None:
    swapped = model(Network.mlp(2, (), 1), feature_names=["1", "0"])
    assert parameter_index(swapped, "w[1]") == 0


def test_outputs_have_the_names_of_their_classes() -> None:
    assert output_names(model(Network.mlp(1, (), 3, head="multiclass"), classes=["a", "b", "c"])) == list(
        "abc"
    )
    assert output_names(model(Network.mlp(1, (), 1))) == ["P(1)"]
    assert output_names(model(Network.mlp(1, (), 1, head="regression"), target_name="price")) == ["price"]
    assert output_names(model(Network.mlp(1, (), 2, head="regression"))) == ["y1", "y2"]
    assert input_names(model(Network.mlp(2, (), 1))) == ["x1", "x2"]


@pytest.mark.parametrize(
    ("head", "n_out", "function"),
    [
        ("binary", 1, "logistic"),
        ("quadratic", 2, "logistic"),
        ("multilabel", 2, "logistic"),
        ("multiclass", 2, "softmax"),
        ("regression", 1, "identity"),
        ("poisson", 1, "exp"),
    ],
)
def test_the_last_function_is_that_of_the_head(head: str, n_out: int, function: str) -> None:
    assert layer_activations(model(Network.mlp(1, (3,), n_out, activation="tanh", head=head))) == [
        "tanh",
        function,
    ]


@pytest.mark.parametrize(
    ("scoring", "curve", "reason"),
    [
        (None, lambda history: history.validation_score, "best validation score"),
        ("loss", lambda history: -history.validation_loss, "lowest validation loss"),
        ("roc_auc", lambda history: history.metrics["validation_roc_auc"], "best validation roc auc"),
    ],
)
def test_the_kept_epoch_says_what_was_best(scoring, curve, reason):
    X, y = make_circles(200, noise=0.2, factor=0.5, random_state=2)
    settings = {"early_stopping": True, "learning_rate_init": 0.05, "random_state": 3, "engine": "numpy"}
    stopped = MLPClassifier((6,), scoring=scoring, **settings).fit(X, y)
    epoch = int(np.argmax(curve(stopped.history_))) + 1
    assert kept_epoch(stopped) == KeptEpoch(epoch, epoch - 1, reason)
    assert kept_epoch(make_pipeline(stopped)) == kept_epoch(stopped)
    of_model = kept_epoch(stopped.to_model())
    assert (of_model.epoch, of_model.index) == (epoch, epoch - 1)
    assert of_model.reason.startswith(("best validation", "lowest validation"))


def test_the_last_epoch_is_not_a_kept_one():
    X, y = make_circles(50, random_state=0)
    assert kept_epoch(MLPClassifier((2,), max_iter=3, engine="numpy").fit(X, y)) is None
    assert kept_epoch(Model(Network.mlp(1, (), 1), [1.0, 2.0])) is None


def test_an_epoch_before_the_history_has_no_index_in_it():
    history = History(loss=np.array([0.3, 0.2])).to_dict()
    for best in (0, 4):
        training = {"history": history, "stop": {"epoch": 6, "best_epoch": best}}
        model = Model(Network.mlp(1, (), 1), [1.0, 2.0], training=training)
        assert kept_epoch(model) == KeptEpoch(best, -1, "")


@pytest.mark.parametrize("subject", [LogisticRegression(), Model(Network.mlp(1, (), 1), [1.0, 2.0])])
def test_a_missing_history_is_an_error(subject):
    with pytest.raises(DataError, match=f"^{type(subject).__name__} has no history of a training; fit it"):
        history_of(subject)


EMBEDDED = Network.mlp(2, (3,), 1, embedding=PeriodicEmbedding(1, columns=(1,)))


def test_parameters_of_an_embedding_have_names():
    names = parameter_names(Model(EMBEDDED, np.zeros(EMBEDDED.n_parameters), feature_names=["a", "b"]))
    assert len(names) == EMBEDDED.n_parameters
    assert names[:2] == ["frequency[b, 0]", "layer 0: w[sin(b, 0), 0]"]
    assert names[4] == "layer 0: w[cos(b, 0), 0]"
    assert names[7] == "layer 0: w[a, 0]"


@pytest.mark.parametrize(
    "explain",
    [network_diagram, weight_images, lambda model: trace(model, [0.0, 0.0], 1, learning_rate=0.1)],
)
def test_what_needs_the_weight_of_an_input_is_an_error_for_an_embedding(explain):
    model = Model(EMBEDDED, np.zeros(EMBEDDED.n_parameters))
    with pytest.raises(ParameterError, match="network with a periodic embedding; train one with emb"):
        explain(model)
    with pytest.raises(ParameterError, match="no periodic embedding, which the page cannot show"):
        shown_network(model)
    assert missing_shape(model).startswith("it needs the weight of each input")


def test_pictures_of_an_embedding_show_its_answers():
    model = Model(EMBEDDED, np.linspace(-1, 1, EMBEDDED.n_parameters), classes=["no", "yes"])
    X = np.array([[0.0, 0.0], [1.0, 2.0], [3.0, 1.0]])
    grid = decision_grid(model, X, grid_resolution=4)
    rows = np.column_stack([np.tile(grid.plane.u, 4), np.repeat(grid.plane.v, 4)])
    np.testing.assert_allclose(grid.probability.ravel(), model.predict_proba(rows)[:, 1], rtol=1e-6)
    assert hidden_units(model, X, grid_resolution=3).layers[0].weights.shape == (
        0,
        3,
    )  # no weights of inputs alone
