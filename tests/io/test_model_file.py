"""A model is read from its file to the last bit; any other file fails with one sentence."""

from __future__ import annotations

import json
import os
import pickle
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st

from separatrix.data import TableEncoder
from separatrix.ensemble import Ensemble
from separatrix.errors import ModelFileError, OutputError, ParameterError
from separatrix.io import load, save
from separatrix.model import Model
from separatrix.network import ACTIVATIONS, HEADS, Network, PeriodicEmbedding

ENCODER = TableEncoder.fit({"age": [0.1, 1 / 3, None], "größe": ["f", "m", "\ud800"]})
N_ENCODED = len(ENCODER.feature_names_out)


def make_model(head="binary", n_out=1, *, n_in=2, hidden=(2,), dtype=np.float64, **parts):
    network = Network.mlp(n_in, hidden, n_out, head=head)
    theta = np.random.RandomState(0).randn(network.n_parameters).astype(dtype)
    return Model(network, theta, **parts)


MODEL = make_model(classes=["no", "yes"], feature_names=["a", "b"], training={"loss": [0.1, 1e-300]})
ENSEMBLE = Ensemble(
    [MODEL, make_model(hidden=(), dtype=np.float32, classes=["no", "yes"], feature_names=["a", "b"])],
    [2, 0.1],
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.safetensors"


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    path = tmp_path_factory.mktemp("content") / "model.safetensors"
    save(MODEL, path)
    return path.read_bytes()


@pytest.fixture(scope="module")
def ensemble_content(tmp_path_factory):
    path = tmp_path_factory.mktemp("content") / "ensemble.safetensors"
    save(ENSEMBLE, path)
    return path.read_bytes()


def packed(header: dict | bytes, data: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def written(path, change=lambda values: None, tensors=None):
    """Write MODEL with its description changed, or with other tensors."""
    values = {"format_version": 1, **MODEL.to_dict()}
    change(values)
    (w0, w1), (b0, b1) = MODEL.coefs, MODEL.intercepts
    own = {"layers.0.weight": w0, "layers.0.bias": b0, "layers.1.weight": w1, "layers.1.bias": b1}
    safetensors.numpy.save_file({**own, **(tensors or {})}, path, {"separatrix": json.dumps(values)})
    return path


def written_ensemble(path, change=lambda values: None, tensors=None, without=()):
    """Write ENSEMBLE with its description changed, or with other tensors."""
    values = {"format_version": 2, "kind": "ensemble", **json.loads(json.dumps(ENSEMBLE.to_dict()))}
    change(values)
    own = {
        f"models.{number}.layers.{layer}.{name}": array
        for number, model in enumerate(ENSEMBLE.models)
        for name, arrays in (("weight", model.coefs), ("bias", model.intercepts))
        for layer, array in enumerate(arrays)
    }
    kept = {name: array for name, array in {**own, **(tensors or {})}.items() if name not in without}
    safetensors.numpy.save_file(kept, path, {"separatrix": json.dumps(values)})
    return path


def refusal(path) -> str:
    """Return the error message for a file, which names the file."""
    with pytest.raises(ModelFileError) as caught:
        load(path)
    sentence = str(caught.value)
    assert str(path) in sentence
    assert "\n" not in sentence
    assert sentence.endswith((".", "?"))
    assert ". " not in sentence.partition(" Did you mean")[0]
    return sentence


@st.composite
def models(draw):
    head = draw(st.sampled_from(sorted(HEADS)))
    low, high = {"binary": (1, 1), "multiclass": (2, 5)}.get(head, (1, 3))
    n_out = draw(st.integers(low, high))
    encoder = draw(st.sampled_from([None, ENCODER]))
    n_in = draw(st.integers(1, 4)) if encoder is None else len(encoder.feature_names_out)
    hidden = draw(st.lists(st.integers(1, 4), max_size=3))
    activations = [draw(st.sampled_from(sorted(ACTIVATIONS))) for _ in hidden]
    network = Network.mlp(
        n_in, hidden, n_out, activation=activations, head=head, fit_intercept=draw(st.booleans())
    )
    width = draw(st.sampled_from([32, 64]))
    numbers = st.floats(allow_nan=False, allow_infinity=False, width=width)
    theta = draw(st.lists(numbers, min_size=network.n_parameters, max_size=network.n_parameters))
    n_classes = 2 if n_out == 1 and head != "multilabel" else n_out
    labels = draw(
        st.sampled_from([
            np.arange(n_classes) - 2,
            np.arange(n_classes, dtype=np.uint8),
            np.array([f"é{k}" for k in range(n_classes)]),
            np.array([f"x{k}" for k in range(n_classes)], object),
            np.arange(n_classes) / 3,
            np.arange(n_classes, dtype=np.float32) / np.float32(3),
        ])
    )  # fmt: skip
    json_values = st.recursive(
        st.none() | st.booleans() | st.integers() | numbers | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    )
    return Model(
        network,
        np.array(theta, f"float{width}"),
        classes=None if head in {"regression", "poisson"} else labels,
        encoder=encoder,
        feature_names=draw(st.none() | st.lists(st.text(), min_size=n_in, max_size=n_in)),
        target_name=draw(st.none() | st.text()),
        training=draw(st.none() | st.dictionaries(st.text(), json_values, max_size=3)),
    )


@pytest.mark.slow
@settings(deadline=None)
@given(model=models())
def test_every_model_comes_back_to_the_last_bit(model, tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "model.safetensors"
    save(model, path)
    again = load(path)
    assert again == model
    assert again.theta.tobytes() == model.theta.tobytes()
    assert again.encoder == model.encoder
    if model.classes is not None:
        assert again.classes.dtype == model.classes.dtype
        assert again.classes.tolist() == model.classes.tolist()
    first = path.read_bytes()
    save(again, path)
    assert path.read_bytes() == first


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("head", sorted(HEADS))
def test_predictions_come_back(path, head, dtype):
    model = make_model(head, 3 if head == "multiclass" else 1, n_in=N_ENCODED, dtype=dtype, encoder=ENCODER)
    save(model, path)
    rows = {"age": [0.3, None], "größe": ["m", "x"]}
    np.testing.assert_array_equal(load(path)(rows), model(rows))
    np.testing.assert_array_equal(load(path).predict(rows), model.predict(rows))


def test_bool_labels_come_back(path):
    save(make_model(classes=[False, True]), path)
    assert load(path).classes.dtype == bool


def test_the_file_is_plain_safetensors(path):
    save(make_model(dtype=np.float32), path)
    tensors = safetensors.numpy.load_file(path)
    assert {name: (t.shape, t.dtype.name) for name, t in tensors.items()} == {
        "layers.0.weight": ((2, 2), "float32"),
        "layers.0.bias": ((2,), "float32"),
        "layers.1.weight": ((2, 1), "float32"),
        "layers.1.bias": ((1,), "float32"),
    }


def test_what_has_a_model_can_be_saved(path):
    class Fitted:
        def to_model(self):
            return MODEL

    save(Fitted(), path)
    assert load(path) == MODEL
    with pytest.raises(ParameterError, match="must be a Model or a fitted estimator, got int"):
        save(3, path)


@pytest.mark.parametrize("name", ["model.pkl", "model"])
def test_another_suffix_is_an_error(tmp_path, name):
    with pytest.raises(
        OutputError, match=r"a model file ends in \.safetensors; name it '.*model\.safetensors'"
    ):
        save(MODEL, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(OutputError, match="create it first"):
        save(MODEL, tmp_path / "none" / "model.safetensors")


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError("disk full")])
def test_an_interrupted_save_leaves_the_old_file(path, monkeypatch, error):
    save(MODEL, path)

    def write_half(self, data):
        with open(self, "wb") as file:
            file.write(data[: len(data) // 2])
        raise error

    monkeypatch.setattr(Path, "write_bytes", write_half)
    with pytest.raises((KeyboardInterrupt, OutputError)):
        save(make_model("regression"), path)
    assert load(path) == MODEL
    assert list(path.parent.iterdir()) == [path]


def test_training_metadata_too_long_for_the_format_are_an_error(path, monkeypatch):
    def refuse(tensors, metadata):
        raise safetensors.SafetensorError("header too large")

    monkeypatch.setattr(safetensors.numpy, "save", refuse)
    with pytest.raises(OutputError, match="header too large; shorten the history"):
        save(MODEL, path)
    assert not path.exists()


def test_no_such_file(path):
    assert "there is no such file; check its name" in refusal(path)


def test_a_folder(tmp_path):
    assert "it is not a file; give the path of a model file" in refusal(tmp_path)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="has no endless device")
def test_an_endless_device():
    assert "it is not a file" in refusal(Path("/dev/zero"))


def test_a_file_that_cannot_be_opened(path, monkeypatch):
    save(MODEL, path)

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("separatrix.io.model_file.read_container", refuse)
    assert "Permission denied" in refusal(path)


@pytest.mark.parametrize(
    "foreign",
    [
        b"",
        b"\x00" * 1000,
        b"a,b\n1,2\n",
        b"age,sex\n" * 100,
        pickle.dumps(np.arange(100)),
        np.random.RandomState(0).bytes(5000),
        struct.pack("<Q", 2**63) + b"{}",
        struct.pack("<Q", 99_000_000) + b"{}",
        packed(b"[" * 100_000),
        packed({"w": {"dtype": "F64", "shape": [2**40, 2**40], "data_offsets": [0, 8]}}, bytes(8)),
    ],
    ids=["empty", "zeros", "csv", "long-csv", "pickle", "noise", "huge", "large", "nested", "huge-tensor"],
)
def test_files_of_another_kind(path, foreign):
    path.write_bytes(foreign)
    assert "is damaged or not a safetensors file" in refusal(path)


def test_a_pickle_is_not_run(path):
    class Bomb:
        def __reduce__(self):
            return os.mkdir, (str(path.with_name("run")),)

    path.write_bytes(pickle.dumps(Bomb()))
    refusal(path)
    assert not path.with_name("run").exists()


@pytest.mark.parametrize("metadata", [None, {}, {"format": "pt"}])
def test_someone_elses_safetensors(path, metadata):
    safetensors.numpy.save_file({"w": np.ones(2)}, path, metadata)
    assert "a safetensors file, but not by Separatrix" in refusal(path)


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "null", '"x"', "[" * 100_000, "9" * 5000, "{}"])
def test_a_header_that_is_no_description(path, text):
    safetensors.numpy.save_file({"w": np.ones(2)}, path, {"separatrix": text})
    assert "cannot be used as a model" in refusal(path)


def test_a_newer_format(path):
    written(path, lambda values: values.update(format_version=4))
    assert "by a newer Separatrix (format 4), and this version reads up to 3; upgrade" in refusal(path)


@pytest.mark.parametrize("version", [0, -1, "1", 1.0, True, None, [1]])
def test_a_format_version_that_is_none(path, version):
    written(path, lambda values: values.update(format_version=version))
    assert f"its format_version is {version!r}" in refusal(path)


@pytest.mark.parametrize("part", ["format_version", *MODEL.to_dict()])
def test_every_part_of_the_description_must_be_there(path, part):
    assert repr(part) in refusal(written(path, lambda values: values.pop(part)))


@pytest.mark.parametrize("value", [3, [1], [["a"]], {"a": [1]}, 10**30, 1.5])
@pytest.mark.parametrize("part", [part for part in MODEL.to_dict() if part != "training"])
def test_every_part_of_the_description_is_checked(path, part, value):
    refusal(written(path, lambda values: values.update({part: value})))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda v: v.update(threshhold=0.5), "threshhold"),
        (lambda v: v["network"].update(n_out=1), "network.n_out"),
        (lambda v: v["classes"].update(order=1), "classes.order"),
        (lambda v: v.update({"x" * 10_000: 1}), "xxx"),
    ],
)
def test_a_field_that_is_not_known_is_refused(path, change, field):
    assert f"the field '{field}" in refusal(written(path, change))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"format_version": 1, "format_version": 1}', "the key 'format_version' comes twice"),
        ('{"format_version": NaN}', "NaN is not a number"),
        ('{"format_version": -Infinity}', "-Infinity is not a number"),
        ('{"format_version": 1e999}', "the number 1e999 is too large"),
    ],
)
def test_the_description_is_strict_json(path, text, message):
    safetensors.numpy.save_file({"w": np.ones(2)}, path, {"separatrix": text})
    assert message in refusal(path)


@pytest.mark.parametrize("value", [3, "text", [1], [["a"]], 1.5])
def test_the_facts_of_training_must_be_named(path, value):
    refusal(written(path, lambda values: values.update(training=value)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda v: v["network"].update(n_in=3), "layer 0 needs weights of shape (3, 2)"),
        (lambda v: v["network"].update(n_in=2**70), "layer 0 needs weights of shape"),
        (lambda v: v["network"].update(head="binarry"), "Did you mean 'binary'?"),
        (lambda v: v["network"]["layers"][0].update(activation="relux"), "Did you mean 'relu'?"),
        (lambda v: v["network"]["layers"][0].update(kind="conv"), "kind must be one of 'dense'"),
        (lambda v: v["network"]["layers"][0].update(use_bias=False), "'layers.0.bias' is unexpected"),
        (lambda v: v["network"]["layers"].insert(0, v["network"]["layers"][0]), "'layers.2.bias' is missing"),
        (lambda v: v["network"]["layers"].insert(0, "ab"), "cannot be used as a model"),
        (lambda v: v["classes"].update(labels=[1, 2]), "classes must be"),
        (lambda v: v["classes"].update(dtype="int64"), "classes must be"),
        (lambda v: v["classes"].update(dtype="datetime64"), "classes must be"),
        (lambda v: v["classes"].update(dtype=["int64"]), "classes must be"),
        (lambda v: v["classes"].update(dtype="int64", labels=[0.5, 2]), "classes must be"),
        (lambda v: v["classes"].update(dtype="int64", labels=[2**70, 2]), "classes must be"),
        (lambda v: v["classes"].update(dtype="object", labels=[[1], {}]), "classes must be"),
        (lambda v: v["classes"].update(labels="no"), "classes must be"),
        (lambda v: v["classes"].update(labels=["long" * 10_000] + ["x"] * 10_000), "too long"),
        (lambda v: v.update(encoder={"columns": []}), "the table encoder"),
    ],
)
def test_a_description_that_does_not_fit(path, change, message):
    assert message in refusal(written(path, change))


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({"layers.0.weight": np.ones((3, 2))}, "layer 0 needs weights of shape (2, 2)"),
        ({"layers.0.weight": np.ones(4)}, "layer 0 needs weights of shape (2, 2)"),
        ({"layers.1.bias": np.ones(2)}, "and 1 biases, got (2, 1) and 2"),
        ({"layers.1.bias": np.ones(1, np.float32)}, "must all be F32 or all F64, got F32, F64"),
        ({"layers.1.bias": np.ones(1, np.int64)}, "must all be F32 or all F64, got F64, I64"),
        ({"layers.1.bias": np.array([np.inf])}, "theta must be finite, got inf"),
        ({"layers.0.bias": np.array([0.0, np.nan])}, "theta must be finite, got nan"),
        ({"layers.2.bias": np.ones(1)}, "the tensor 'layers.2.bias' is unexpected"),
    ],
)
def test_tensors_that_do_not_fit(path, tensors, message):
    assert message in refusal(written(path, tensors=tensors))


def test_a_tensor_that_is_missing(path):
    values = {"format_version": 1, **MODEL.to_dict()}
    safetensors.numpy.save_file(
        {"layers.0.weight": np.ones((2, 2))}, path, {"separatrix": json.dumps(values)}
    )
    assert "the tensor 'layers.0.bias' is missing" in refusal(path)


@pytest.mark.parametrize(("kind", "size"), [("BF16", 2), ("F16", 2), ("F8_E4M3", 1), ("F4", 1)])
def test_types_that_numpy_may_not_know(path, kind, size):
    network = Network.mlp(2, (), 1, fit_intercept=False)
    values = {"format_version": 1, **Model(network, np.ones(2)).to_dict()}
    tensor = {"dtype": kind, "shape": [2, 1], "data_offsets": [0, 2 * size if kind != "F4" else 1]}
    header = {"__metadata__": {"separatrix": json.dumps(values)}, "layers.0.weight": tensor}
    path.write_bytes(packed(header, bytes(tensor["data_offsets"][1])))
    assert f"got {kind};" in refusal(path)


@pytest.mark.slow
@pytest.mark.parametrize("which", ["content", "ensemble_content"])
def test_every_truncation_is_an_error(path, which, request):
    content = request.getfixturevalue(which)
    for length in range(len(content)):
        path.write_bytes(content[:length])
        refusal(path)


def load_or_refuse(path, content):
    path.write_bytes(content)
    try:
        model = load(path)
    except ModelFileError:
        return
    for one in model.models if isinstance(model, Ensemble) else [model]:
        assert np.isfinite(one.theta).all()
    assert model.predict([[0.0, 1.0]]).shape == (1,)


@pytest.mark.slow
@pytest.mark.parametrize("which", ["content", "ensemble_content"])
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_flipped_bytes_are_an_error_or_make_a_valid_model(which, data, request, tmp_path_factory):
    content = request.getfixturevalue(which)
    flipped = bytearray(content)
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
        flipped[place] ^= data.draw(st.integers(1, 255))
    load_or_refuse(tmp_path_factory.getbasetemp() / "flipped.safetensors", bytes(flipped))


@pytest.mark.slow
@pytest.mark.parametrize("which", ["content", "ensemble_content"])
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_other_text_in_the_header_is_an_error_or_makes_a_valid_model(which, data, request, tmp_path_factory):
    # Printable characters keep the JSON readable more often, and so reach the checks behind it.
    content = request.getfixturevalue(which)
    length = int.from_bytes(content[:8], "little")
    header = bytearray(content[8 : 8 + length])
    for place in data.draw(st.lists(st.integers(0, length - 1), min_size=1, max_size=4)):
        header[place] = data.draw(st.sampled_from(b'0123456789-.eE"[]{},:abnullINft '))
    load_or_refuse(
        tmp_path_factory.getbasetemp() / "edited.safetensors", packed(bytes(header), content[8 + length :])
    )


@settings(deadline=None)
@given(noise=st.binary(max_size=200))
def test_noise_is_an_error(noise, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "noise.safetensors"
    path.write_bytes(noise)
    refusal(path)


@pytest.mark.slow
@settings(deadline=None)
@given(
    members=st.lists(st.lists(st.integers(1, 4), max_size=2), min_size=1, max_size=4),
    encoder=st.sampled_from([None, ENCODER]),
    data=st.data(),
)
def test_every_ensemble_comes_back_to_the_last_bit(members, encoder, data, tmp_path_factory):
    dtypes = st.sampled_from([np.float32, np.float64])
    parts = {"n_in": N_ENCODED, "encoder": encoder, "classes": ["no", "yes"], "target_name": "größe"}
    models = [
        make_model(hidden=hidden, dtype=data.draw(dtypes), training={"n": len(hidden)}, **parts)
        for hidden in members
    ]
    weights = data.draw(st.lists(st.floats(1e-300, 1e300), min_size=len(models), max_size=len(models)))
    ensemble = Ensemble(models, weights)
    path = tmp_path_factory.mktemp("ensembles") / "ensemble.safetensors"
    save(ensemble, path)
    again = load(path)
    assert again == ensemble
    assert [m.theta.tobytes() for m in again.models] == [m.theta.tobytes() for m in models]
    first = path.read_bytes()
    save(again, path)
    assert path.read_bytes() == first


def test_the_file_of_an_ensemble(path):
    save(ENSEMBLE, path)
    tensors = safetensors.numpy.load_file(path)
    assert {name: (t.shape, t.dtype.name) for name, t in tensors.items()} == {
        "models.0.layers.0.weight": ((2, 2), "float64"),
        "models.0.layers.0.bias": ((2,), "float64"),
        "models.0.layers.1.weight": ((2, 1), "float64"),
        "models.0.layers.1.bias": ((1,), "float64"),
        "models.1.layers.0.weight": ((2, 1), "float32"),
        "models.1.layers.0.bias": ((1,), "float32"),
    }
    with safetensors.safe_open(path, "np") as file:
        values = json.loads(file.metadata()["separatrix"])
    assert (values["format_version"], values["kind"]) == (2, "ensemble")
    assert load(written_ensemble(path)) == ENSEMBLE


def test_a_single_model_stays_in_the_format_that_every_version_reads(content):
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    assert json.loads(header["__metadata__"]["separatrix"])["format_version"] == 1


PARTS = [
    part for part in ENSEMBLE.to_dict() if part not in {"training", "schemas"}
]  # the first files lack them


@pytest.mark.parametrize("part", ["format_version", "kind", *PARTS])
def test_every_part_of_an_ensembles_description_must_be_there(path, part):
    assert repr(part) in refusal(written_ensemble(path, lambda values: values.pop(part)))


@pytest.mark.parametrize("value", [3, [1], [["a"]], {"a": [1]}, 10**30, 1.5, [], {}])
@pytest.mark.parametrize("part", ["kind", *ENSEMBLE.to_dict()])
def test_every_part_of_an_ensembles_description_is_checked(path, part, value):
    if part == "temperature" and isinstance(value, int | float):
        value = -value  # any number above 0 is a temperature
    if part == "training" and isinstance(value, dict):
        value = [value]  # any mapping is training metadata
    if part == "schemas" and value == []:
        value = None  # an ensemble may have none
    refusal(written_ensemble(path, lambda values: values.update({part: value})))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda v: v.update(kind="forest"), "its kind is 'forest', not 'ensemble'"),
        (lambda v: v["models"].pop(), "the tensor 'models.1.layers.0.bias' is unexpected"),
        (lambda v: v["models"].append(v["models"][0]), "the tensor 'models.2.layers.0.bias' is missing"),
        (lambda v: v["models"].reverse(), "'models.0.layers.1.bias' is unexpected"),
        (lambda v: v["models"][1].pop("training"), "KeyError('training')"),
        (lambda v: v["models"][1]["network"].update(n_in=3), "layer 0 needs weights of shape (3, 1)"),
        (lambda v: v["models"][1]["network"].update(head="regression"), "classes must be None"),
        (lambda v: v["models"][1].update(training=[3]), "training must hold"),
        (lambda v: v.update(weights=[1, 2, 3]), "weights must be 2 finite numbers above 0"),
        (lambda v: v.update(weights=[1, "NaN"]), "weights must be 2 finite numbers above 0"),
        (lambda v: v["models"][1].update(feature_names=["a"]), "feature_names must be 2 names"),
        (lambda v: v["models"][1].update(encoder=1), "IndexError"),
        (lambda v: v["models"][1].update(encoder=-1), "encoder must be an integer of at least 0"),
        (lambda v: v.update(encoders=[{"columns": []}]), "the table encoder"),
        (lambda v: v.update(temperature=0), "temperature must be a number in (0"),
        (lambda v: v.update(format_version=1), "KeyError('network')"),
        (lambda v: v.update(format_version=4), "upgrade separatrix"),
    ],
)
def test_a_description_of_an_ensemble_that_does_not_fit(path, change, message):
    assert message in refusal(written_ensemble(path, change))


@pytest.mark.parametrize(
    ("tensors", "without", "message"),
    [
        ({"models.1.layers.0.weight": np.ones((3, 1))}, (), "got F32, F64"),
        ({"models.0.layers.0.weight": np.ones((3, 2))}, (), "layer 0 needs weights of shape (2, 2)"),
        ({"models.0.layers.0.bias": np.array([0.0, np.nan])}, (), "theta must be finite, got nan"),
        ({"layers.0.bias": np.ones(1)}, (), "the tensor 'layers.0.bias' is unexpected"),
        ({}, ("models.1.layers.0.bias",), "the tensor 'models.1.layers.0.bias' is missing"),
    ],
)
def test_tensors_of_an_ensemble_that_do_not_fit(path, tensors, without, message):
    assert message in refusal(written_ensemble(path, tensors=tensors, without=without))


ALONE = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"matplotlib", "numba", "pandas", "polars", "scipy", "sklearn"}:
            raise ImportError(f"{name} is not here")

sys.meta_path.insert(0, Absent())
import separatrix as sx
model = sx.load(sys.argv[1])
print(model.predict({"age": [0.3, None], "größe": ["m", "x"]}).tolist())
"""


@pytest.mark.slow
@pytest.mark.parametrize("join", [lambda model: model, lambda model: Ensemble([model, model])])
def test_numpy_alone_loads_and_predicts(path, join):
    model = join(make_model(n_in=N_ENCODED, encoder=ENCODER, classes=["no", "yes"]))
    save(model, path)
    finished = subprocess.run(
        [sys.executable, "-c", ALONE, str(path)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.strip() == str(model.predict({"age": [0.3, None], "größe": ["m", "x"]}).tolist())


@pytest.mark.slow
def test_a_long_training_is_loaded(path):
    model = Model(Network.mlp(1, (), 1, head="regression"), [1.0, 0.0], training={"loss": [0.25] * 700_000})
    save(model, path)
    assert load(path) == model


EMBEDDED = Model(
    Network.mlp(3, (2,), 1, embedding=PeriodicEmbedding(4, columns=(2, 0))),
    np.linspace(-1.0, 1.0, 8 + (16 + 3) * 2 + 2 + 2 + 1),
)


@pytest.mark.parametrize(("kind", "model"), [("model", EMBEDDED), ("ensemble", Ensemble([EMBEDDED] * 2))])
def test_an_embedding_is_kept(path, kind, model):
    save(model, path)
    assert load(path) == model
    values = description(path)
    assert (values["format_version"], values["kind"]) == (3, kind)


def test_the_frequencies_are_a_tensor(path):
    save(EMBEDDED, path)
    tensors = safetensors.numpy.load_file(path)
    np.testing.assert_array_equal(tensors["embedding.frequencies"], EMBEDDED.theta[:8].reshape(2, 4))


def test_frequencies_of_another_shape(path):
    save(EMBEDDED, path)
    values, tensors = description(path), safetensors.numpy.load_file(path)
    turned = {"embedding.frequencies": tensors["embedding.frequencies"].reshape(4, 2)}
    safetensors.numpy.save_file(tensors | turned, path, {"separatrix": json.dumps(values)})
    assert "'embedding.frequencies' must have the shape (2, 4), got (4, 2)" in refusal(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda v: v["network"]["embedding"].update(n_frequencies=5),
            "frequencies of the embedding must be 10",
        ),
        (lambda v: v["network"]["embedding"].update(n_frequencies=-1), "n_frequencies must be an integer"),
        (lambda v: v["network"]["embedding"].update(columns=[3]), "indices of the 3 inputs, from 0, got 3"),
        (lambda v: v["network"]["embedding"].update(kind="linear"), "kind must be one of 'periodic'"),
        (lambda v: v["network"]["embedding"].update(phase=1), "'network.embedding.phase' is not known"),
        (lambda v: v["network"]["embedding"].pop("sigma"), "sigma"),
        (lambda v: v["network"]["embedding"].update(columns=None), "frequencies of the embedding must be 12"),
        (
            lambda v: v["network"].update(
                n_in=10**15, embedding={**v["network"]["embedding"], "columns": None}
            ),
            "frequencies of the embedding must be 4000000000000000",
        ),
        (lambda v: v["network"].pop("embedding"), "'embedding.frequencies' is unexpected"),
        (lambda v: v.update(kind="ensemble"), "models"),
        (lambda v: v.update(kind="pair"), "its kind is 'pair', not 'model' or 'ensemble'"),
    ],
)
def test_a_description_of_an_embedding_that_does_not_fit(path, change, message):
    save(EMBEDDED, path)
    values, tensors = description(path), safetensors.numpy.load_file(path)
    change(values)
    safetensors.numpy.save_file(tensors, path, {"separatrix": json.dumps(values)})
    assert message in refusal(path)


def description(path):
    content = path.read_bytes()
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    return json.loads(header["__metadata__"]["separatrix"])
