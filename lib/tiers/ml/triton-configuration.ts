/** What Triton is told of a model, config.pbtxt, and how it starts. */
import { choose } from '../../values/choice';
import type { Input } from '../../values/expression';
import { and, equals, greaterThan, lessThan } from '../../values/logic';
import type { Items, Text } from '../../values/parts';
import { text } from '../../values/text';
import { type Element, each, when } from '../../values/tree';
import type { Model, ModelVersion } from './model';
import { MODELS_FOLDER, SERVER_FOLDER } from './model-server-props';

/** What it writes to: its repository, in which configurations lie beside links to the versions. */
export const WORK = '/run/triton';
export const REPOSITORY = `${WORK}/repository`;

/** Types of tensors. https://github.com/triton-inference-server/common/blob/main/protobuf/model_config.proto */
export const DATA_TYPES = [
  'BOOL',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FP16',
  'FP32',
  'FP64',
  'STRING',
  'BF16',
] as const;

/** Types of tensors, as Triton names them. */
export type DataType = (typeof DATA_TYPES)[number];

/** A model of Triton: `model.onnx`, or the TensorRT engine `model.plan`, which is for one kind of GPU and one version of TensorRT. */
export interface TritonModel extends Model {
  /** What runs it. */
  readonly backend: 'onnxruntime' | 'tensorrt';
  /** Where instances compute. TensorRT knows GPUs alone. */
  readonly device: 'cpu' | 'gpu';
  /** Instances of each version, of which each computes one batch at a time; on GPUs, so many on each. */
  readonly instances: number;
  /** Threads of an instance of ONNX Runtime on the CPU. By itself it would take the cores of the node. */
  readonly threads: number;
  /** The largest batch that the model takes; 0 for one whose tensors have no dimension for batches. */
  readonly maxBatchSize: number;
  /** Batch sizes that are waited for; none to take what there is. TensorRT engines may have some that they are fastest with. */
  readonly preferredBatchSizes: readonly number[];
  /** Microseconds for which a request waits for others. */
  readonly maxQueueDelayMicroseconds: number;
  /** Requests that may wait; beyond them they are refused. */
  readonly maxQueueSize: number;
  /** Without the dimension of batches. None to have Triton ask the model. */
  readonly inputs: readonly Tensor[];
  /** Without the dimension of batches. None to have Triton ask the model. */
  readonly outputs: readonly Tensor[];
  /** Batch sizes of requests of zeros before an instance is ready, which need `inputs`. */
  readonly warmUpBatchSizes: readonly number[];
  /** What dimensions of any length have in those. */
  readonly warmUpLength: number;
}

/** An input or output of a model. */
export interface Tensor {
  /** As the model names it. */
  readonly name: string;
  /** Type of its elements. */
  readonly dataType: DataType;
  /** Lengths; -1 for any. */
  readonly dims: readonly number[];
}

/** @see https://github.com/triton-inference-server/server/blob/main/docs/user_guide/model_configuration.md */
export function modelConfiguration(name: Input<string>, model: Element<TritonModel>): Text {
  const isGpu = equals<string>(model.device, 'gpu');
  const isOnnx = equals<string>(model.backend, 'onnxruntime');
  return text`
    # Written by cdk8s-tiers.
    name: "${name}"
    backend: "${model.backend}"
    max_batch_size: ${model.maxBatchSize}
    version_policy {
      specific {
        ${each<ModelVersion, Text>(model.versions, ({ version }) => text`versions: ${version}`)}
      }
    }
    instance_group {
      kind: ${choose(isGpu, 'KIND_GPU', 'KIND_CPU')}
      count: ${model.instances}
    }
    ${when<Text>(greaterThan(model.maxBatchSize, 0), dynamicBatching(model))}
    ${tensors('input', model.inputs)}
    ${tensors('output', model.outputs)}
    ${each<number, Text>(model.warmUpBatchSizes, (batchSize) => warmUp(batchSize, model))}
    ${when<Text>(
      and(isOnnx, equals<string>(model.device, 'cpu')),
      text`
        parameters {
          key: "intra_op_thread_count"
          value { string_value: "${model.threads}" }
        }
      `,
    )}
  `;
}

function dynamicBatching(model: Element<TritonModel>): Text {
  return text`
    dynamic_batching {
      ${each<number, Text>(model.preferredBatchSizes, (size) => text`preferred_batch_size: ${size}`)}
      max_queue_delay_microseconds: ${model.maxQueueDelayMicroseconds}
      default_queue_policy {
        max_queue_size: ${model.maxQueueSize}
      }
    }
  `;
}

function tensors(kind: 'input' | 'output', list: Element<TritonModel>['inputs']): Items<Text> {
  return each<Tensor, Text>(
    list,
    ({ name, dataType, dims }) => text`
      ${kind} {
        name: "${name}"
        data_type: TYPE_${dataType}
        ${each<number, Text>(dims, (length) => text`dims: ${length}`)}
      }
    `,
  );
}

/** One request of zeros, so that memory is there and kernels are chosen before clients come. */
function warmUp(batchSize: Input<number>, { inputs, warmUpLength }: Element<TritonModel>): Text {
  return text`
    model_warmup {
      name: "batch of ${batchSize}"
      batch_size: ${batchSize}
      ${each<Tensor, Text>(
        inputs,
        ({ name, dataType, dims }) => text`
          inputs {
            key: "${name}"
            value {
              data_type: TYPE_${dataType}
              ${each<number, Text>(dims, (length) => text`dims: ${choose(lessThan(length, 0), warmUpLength, length)}`)}
              zero_data: true
            }
          }
        `,
      )}
    }
  `;
}

/**
 * A repository of the pod's own, so that one volume may serve pods with different configurations, as in a rollout. Triton
 * follows links: https://github.com/triton-inference-server/core/blob/main/src/filesystem/implementations/local.h
 * It uses `ln`, `mkdir`, `rm` and `tritonserver`, which the image has.
 */
export const startServer: Text = text`
  #!/bin/sh
  # Lays out the repository, and starts Triton with the arguments of this script.
  set -eu
  rm -rf ${REPOSITORY}
  while read -r model version rest; do
    case $model in '#') continue ;; esac
    folder=${REPOSITORY}/$model
    [ -e "$folder" ] || {
      mkdir -p "$folder"
      ln -s "${SERVER_FOLDER}/$model.pbtxt" "$folder/config.pbtxt"
    }
    ln -s "${MODELS_FOLDER}/$model/$version" "$folder/$version"
  done < ${SERVER_FOLDER}/models
  exec tritonserver "$@"
`;
