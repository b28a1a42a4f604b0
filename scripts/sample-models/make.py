"""Makes lib/tiers/ml/sample-model-files.ts: tiny models that the servers of development really serve.

  python3 -m venv venv && venv/bin/pip install -r scripts/sample-models/requirements.txt
  venv/bin/python scripts/sample-models/make.py          writes the file anew, byte by byte the same
  venv/bin/python scripts/sample-models/make.py --check  has TensorFlow and ONNX Runtime run what the file has
"""

import base64
import hashlib
import io
import json
import os
import pathlib
import re
import sys
import tempfile
import zipfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy
import onnx
from google.protobuf import text_format
from onnxruntime.quantization import QuantType, quantize_dynamic
from tensorflow.core.protobuf import saved_model_pb2

TARGET = pathlib.Path(__file__).parents[2] / "lib/tiers/ml/sample-model-files.ts"


def half_plus_two(last: str) -> bytes:
    """A SavedModel without variables: y = x / 2 + 2. `last` is the operation that gives y."""
    constant = 'node {{ name: "{0}" op: "Const" attr {{ key: "dtype" value {{ type: DT_FLOAT }} }} attr {{ key: "value" value {{ tensor {{ dtype: DT_FLOAT tensor_shape {{}} float_val: {1} }} }} }} }}'
    binary = 'node {{ name: "{0}" op: "{1}" input: "{2}" input: "{3}" attr {{ key: "T" value {{ type: DT_FLOAT }} }} }}'
    unary = 'node {{ name: "{0}" op: "{1}" input: "{2}" attr {{ key: "T" value {{ type: DT_FLOAT }} }} }}'
    any_length = "{ dim { size: -1 } }"
    tensor = '{{ key: "{0}" value {{ name: "{0}:0" dtype: DT_FLOAT tensor_shape {1} }} }}'
    graph = "\n".join(
        [
            f'node {{ name: "x" op: "Placeholder" attr {{ key: "dtype" value {{ type: DT_FLOAT }} }} attr {{ key: "shape" value {{ shape {any_length} }} }} }}',
            constant.format("half", 0.5),
            constant.format("two", 2),
            binary.format("halved", "Mul", "x", "half"),
            binary.format("sum", "AddV2", "halved", "two"),
            unary.format("y", last, "sum"),
        ]
    )
    model = text_format.Parse(
        f"""
        saved_model_schema_version: 1
        meta_graphs {{
          meta_info_def {{ tags: "serve" }}
          graph_def {{ {graph} versions {{ producer: 1087 min_consumer: 12 }} }}
          signature_def {{
            key: "serving_default"
            value {{
              inputs {tensor.format("x", any_length)}
              outputs {tensor.format("y", any_length)}
              method_name: "tensorflow/serving/predict"
            }}
          }}
        }}
        """,
        saved_model_pb2.SavedModel(),
    )
    return model.SerializeToString(deterministic=True)


def reverse() -> bytes:
    """An archive for TorchServe whose handler needs no torch: it gives back what it got, backwards."""
    handler = '''"""Gives back what it got, backwards."""


def handle(data, context):
    if data is None:
        return None
    return [backwards(row.get("data") or row.get("body") or b"") for row in data]


def backwards(body):
    if isinstance(body, (bytes, bytearray)):
        return bytes(body[::-1])
    return body[::-1] if isinstance(body, (str, list)) else body
'''
    manifest = {
        "createdOn": "01/01/2024 00:00:00",
        "runtime": "python",
        "model": {"modelName": "reverse", "handler": "reverse.py", "modelVersion": "1"},
        "archiverVersion": "0.12.0",
    }
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        for name, content in {
            "MAR-INF/MANIFEST.json": json.dumps(manifest, indent=2),
            "reverse.py": handler,
        }.items():
            files.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)
    return archive.getvalue()


def classifier() -> onnx.ModelProto:
    """Two layers of numbers without a meaning: 32 features, ten classes.

    Weights repeat after nine, of one byte or of four: so does base64 of base64 of them, and a release, in which Helm stores
    the file so, stays small.
    """
    random = numpy.random.default_rng(7)
    weights = {
        "hidden.weight": numpy.resize(random.normal(0, 0.3, 9), (32, 64)),
        "hidden.bias": numpy.resize(random.normal(0, 0.1, 9), 64),
        "out.weight": numpy.resize(random.normal(0, 0.3, 9), (64, 10)),
        "out.bias": random.normal(0, 0.1, 10),
    }
    node = onnx.helper.make_node
    graph = onnx.helper.make_graph(
        [
            node("MatMul", ["features", "hidden.weight"], ["hidden.product"]),
            node("Add", ["hidden.product", "hidden.bias"], ["hidden.sum"]),
            node("Relu", ["hidden.sum"], ["hidden"]),
            node("MatMul", ["hidden", "out.weight"], ["out.product"]),
            node("Add", ["out.product", "out.bias"], ["scores"]),
            node("Softmax", ["scores"], ["probabilities"], axis=-1),
        ],
        "classifier",
        [onnx.helper.make_tensor_value_info("features", onnx.TensorProto.FLOAT, ["batch", 32])],
        [onnx.helper.make_tensor_value_info("probabilities", onnx.TensorProto.FLOAT, ["batch", 10])],
        [onnx.numpy_helper.from_array(value.astype(numpy.float32), name) for name, value in weights.items()],
    )
    model = onnx.helper.make_model(
        graph, ir_version=8, producer_name="cdk8s-tiers", opset_imports=[onnx.helper.make_opsetid("", 17)]
    )
    onnx.checker.check_model(model, full_check=True)
    return model


def quantised(model: onnx.ModelProto) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        source, target = f"{folder}/model.onnx", f"{folder}/int8.onnx"
        onnx.save(model, source)
        quantize_dynamic(source, target, weight_type=QuantType.QInt8)
        return pathlib.Path(target).read_bytes()


def files() -> dict[str, bytes]:
    model = classifier()
    content = {
        "classifier/1/model.onnx": model.SerializeToString(deterministic=True),
        "classifier/int8/1/model.onnx": quantised(model),
        "half_plus_two/1/saved_model.pb": half_plus_two("Identity"),
        # Never below zero, so that it can be seen which version has answered.
        "half_plus_two/2/saved_model.pb": half_plus_two("Relu"),
        "reverse/1/reverse.mar": reverse(),
    }
    sums = {
        str(pathlib.PurePath(path).parent / "SHA256SUMS"): f"{hashlib.sha256(data).hexdigest()}  {pathlib.PurePath(path).name}\n".encode()
        for path, data in content.items()
    }
    return dict(sorted({**content, **sums}.items()))


def write() -> None:
    lines = "".join(f"  '{path}':\n    '{base64.b64encode(data).decode()}',\n" for path, data in files().items())
    TARGET.write_text(
        "/** Made by scripts/sample-models/make.py with the versions of its requirements.txt: files of models, in base64. */\n"
        f"export const sampleModelFiles = {{\n{lines}}} as const;\n"
    )


def check() -> None:
    import onnxruntime
    import tensorflow

    found = {
        path: base64.b64decode(data) for path, data in re.findall(r"^  '(.+)':\n    '(.+)',$", TARGET.read_text(), re.M)
    }
    assert found == files(), f"{TARGET} is not what this script makes"
    with tempfile.TemporaryDirectory() as folder:
        for path, data in found.items():
            target = pathlib.Path(folder, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        for version, expected in {1: [2.5, -1.0], 2: [2.5, 0.0]}.items():
            model = tensorflow.saved_model.load(f"{folder}/half_plus_two/{version}")
            answer = model.signatures["serving_default"](x=tensorflow.constant([1.0, -6.0]))["y"].numpy().tolist()
            print("half_plus_two", version, answer)
            assert answer == expected
        features = numpy.random.default_rng(1).normal(size=(100, 32)).astype(numpy.float32)
        full, small = (
            onnxruntime.InferenceSession(f"{folder}/classifier/{variant}1/model.onnx").run(None, {"features": features})[0]
            for variant in ("", "int8/")
        )
        print("classifier differs by", abs(full - small).max())
        assert numpy.allclose(full.sum(axis=1), 1, atol=1e-5) and abs(full - small).max() < 0.1
        sys.path.insert(0, f"{folder}/reverse/1/reverse.mar")
        import reverse as handler

        assert handler.handle([{"body": b"abc"}, {"data": "de"}], None) == [b"cba", "ed"]
        print("reverse", handler.handle([{"body": b"abc"}], None))
    print(sum(map(len, found.values())), "bytes")


if __name__ == "__main__":
    check() if sys.argv[1:] == ["--check"] else write()
