"""Reads configurations of Triton's models with its own schema: what it made of each file, by the name of the file."""

import importlib.util
import json
import os
import sys

from google.protobuf import json_format, text_format

# Not by way of its package, which wants grpcio.
[schema] = [
    path
    for path in (os.path.join(folder, "tritonclient/grpc/model_config_pb2.py") for folder in sys.path)
    if os.path.exists(path)
]
spec = importlib.util.spec_from_file_location("model_config_pb2", schema)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)

files = json.load(sys.stdin)
read = {name: text_format.Parse(content, module.ModelConfig()) for name, content in files.items()}
print(json.dumps({name: json_format.MessageToDict(config) for name, config in read.items()}))
