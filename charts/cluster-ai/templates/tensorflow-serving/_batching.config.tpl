{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.tensorflow-serving.batching.config" -}}
# Written by cdk8s-tiers.
max_batch_size { value: {{ int64 .Values.tensorflowServing.batching.maxBatchSize }} }
batch_timeout_micros { value: {{ int64 .Values.tensorflowServing.batching.batchTimeoutMicros }} }
max_enqueued_batches { value: {{ int64 .Values.tensorflowServing.batching.maxEnqueuedBatches }} }
num_batch_threads { value: {{ int64 .Values.tensorflowServing.batching.numBatchThreads }} }
# The label thread_pool_name of metrics.
thread_pool_name { value: "batches" }
{{- end }}
