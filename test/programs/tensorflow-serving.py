"""Reads the configuration of TensorFlow Serving from a folder as the server does, and prints it as JSON.

The schema of the models is the published one. That of batching and monitoring is in no package:
https://github.com/tensorflow/serving/blob/2.21.0/tensorflow_serving/servables/tensorflow/session_bundle_config.proto
https://github.com/tensorflow/serving/blob/2.21.0/tensorflow_serving/config/monitoring_config.proto
"""

import json
import pathlib
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory, text_format, wrappers_pb2
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

PACKAGE = "tensorflow.serving"
NUMBER = ".google.protobuf.Int64Value"
TEXT = ".google.protobuf.StringValue"

# By message: its fields, as name, number and type; a type with a dot is a message.
MESSAGES = {
    "BatchingParameters": [
        ("max_batch_size", 1, NUMBER),
        ("batch_timeout_micros", 2, NUMBER),
        ("max_enqueued_batches", 3, NUMBER),
        ("num_batch_threads", 4, NUMBER),
        ("thread_pool_name", 5, TEXT),
    ],
    "PrometheusConfig": [("enable", 1, "bool"), ("path", 2, "string")],
    "MonitoringConfig": [("prometheus_config", 1, f".{PACKAGE}.PrometheusConfig")],
}
SCALARS = {
    "bool": descriptor_pb2.FieldDescriptorProto.TYPE_BOOL,
    "string": descriptor_pb2.FieldDescriptorProto.TYPE_STRING,
}


def messages():
    """Classes of the messages that no package has."""
    file = descriptor_pb2.FileDescriptorProto(
        name="unpublished.proto", package=PACKAGE, syntax="proto3", dependency=[wrappers_pb2.DESCRIPTOR.name]
    )
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, number, kind in fields:
            added = message.field.add(name=field, number=number, label=descriptor_pb2.FieldDescriptorProto.LABEL_OPTIONAL)
            if kind in SCALARS:
                added.type = SCALARS[kind]
            else:
                added.type = descriptor_pb2.FieldDescriptorProto.TYPE_MESSAGE
                added.type_name = kind
    pool = descriptor_pool.Default()
    pool.Add(file)
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.{name}")) for name in MESSAGES}


def main(folder):
    unpublished = messages()
    kinds = {
        "models.config": ModelServerConfig,
        "batching.config": unpublished["BatchingParameters"],
        "monitoring.config": unpublished["MonitoringConfig"],
    }
    read = {}
    for name, kind in kinds.items():
        # An unknown field is an error, as it is to the server.
        message = text_format.Parse((pathlib.Path(folder) / name).read_text(), kind())
        read[name] = json_format.MessageToDict(message, preserving_proto_field_name=True)
    json.dump(read, sys.stdout)


main(sys.argv[1])
