{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.logstash.json-exporter.yaml" -}}
# Written by cdk8s-tiers.
modules:
  default:
    metrics:
      - name: logstash_jvm_heap_used_bytes
        help: Heap in use.
        valuetype: gauge
        path: '{.jvm.mem.heap_used_in_bytes}'
      - name: logstash_jvm_heap_max_bytes
        help: Most heap.
        valuetype: gauge
        path: '{.jvm.mem.heap_max_in_bytes}'
      - name: logstash_pipeline_events_in_total
        help: Events that came in.
        valuetype: counter
        path: '{.pipelines.intake.events.in}'
        labels: { pipeline: intake }
      - name: logstash_pipeline_events_out_total
        help: Events that were handed on.
        valuetype: counter
        path: '{.pipelines.intake.events.out}'
        labels: { pipeline: intake }
      - name: logstash_pipeline_queue_events
        help: Events that wait.
        valuetype: gauge
        path: '{.pipelines.intake.queue.events_count}'
        labels: { pipeline: intake }
      - name: logstash_pipeline_queue_bytes
        help: Bytes of the queue.
        valuetype: gauge
        path: '{.pipelines.intake.queue.queue_size_in_bytes}'
        labels: { pipeline: intake }
      - name: logstash_pipeline_queue_max_bytes
        help: Most bytes of the queue.
        valuetype: gauge
        path: '{.pipelines.intake.queue.max_queue_size_in_bytes}'
        labels: { pipeline: intake }
      - name: logstash_pipeline_dead_letter_bytes
        help: Bytes of documents that were refused.
        valuetype: gauge
        path: '{.pipelines.intake.dead_letter_queue.queue_size_in_bytes}'
        labels: { pipeline: intake }
      - name: logstash_pipeline_dead_letters_lost_total
        help: Refused documents for which there was no room.
        valuetype: counter
        path: '{.pipelines.intake.dead_letter_queue.dropped_events}'
        labels: { pipeline: intake }
      - name: logstash_pipeline_reload_failures_total
        help: Changes that were not taken.
        valuetype: counter
        path: '{.pipelines.intake.reloads.failures}'
        labels: { pipeline: intake }
      - name: logstash_pipeline_events_in_total
        help: Events that came in.
        valuetype: counter
        path: '{.pipelines.api.events.in}'
        labels: { pipeline: api }
      - name: logstash_pipeline_events_out_total
        help: Events that were handed on.
        valuetype: counter
        path: '{.pipelines.api.events.out}'
        labels: { pipeline: api }
      - name: logstash_pipeline_queue_events
        help: Events that wait.
        valuetype: gauge
        path: '{.pipelines.api.queue.events_count}'
        labels: { pipeline: api }
      - name: logstash_pipeline_queue_bytes
        help: Bytes of the queue.
        valuetype: gauge
        path: '{.pipelines.api.queue.queue_size_in_bytes}'
        labels: { pipeline: api }
      - name: logstash_pipeline_queue_max_bytes
        help: Most bytes of the queue.
        valuetype: gauge
        path: '{.pipelines.api.queue.max_queue_size_in_bytes}'
        labels: { pipeline: api }
      - name: logstash_pipeline_dead_letter_bytes
        help: Bytes of documents that were refused.
        valuetype: gauge
        path: '{.pipelines.api.dead_letter_queue.queue_size_in_bytes}'
        labels: { pipeline: api }
      - name: logstash_pipeline_dead_letters_lost_total
        help: Refused documents for which there was no room.
        valuetype: counter
        path: '{.pipelines.api.dead_letter_queue.dropped_events}'
        labels: { pipeline: api }
      - name: logstash_pipeline_reload_failures_total
        help: Changes that were not taken.
        valuetype: counter
        path: '{.pipelines.api.reloads.failures}'
        labels: { pipeline: api }
      - name: logstash_pipeline_events_in_total
        help: Events that came in.
        valuetype: counter
        path: '{.pipelines.nginx.events.in}'
        labels: { pipeline: nginx }
      - name: logstash_pipeline_events_out_total
        help: Events that were handed on.
        valuetype: counter
        path: '{.pipelines.nginx.events.out}'
        labels: { pipeline: nginx }
      - name: logstash_pipeline_queue_events
        help: Events that wait.
        valuetype: gauge
        path: '{.pipelines.nginx.queue.events_count}'
        labels: { pipeline: nginx }
      - name: logstash_pipeline_queue_bytes
        help: Bytes of the queue.
        valuetype: gauge
        path: '{.pipelines.nginx.queue.queue_size_in_bytes}'
        labels: { pipeline: nginx }
      - name: logstash_pipeline_queue_max_bytes
        help: Most bytes of the queue.
        valuetype: gauge
        path: '{.pipelines.nginx.queue.max_queue_size_in_bytes}'
        labels: { pipeline: nginx }
      - name: logstash_pipeline_dead_letter_bytes
        help: Bytes of documents that were refused.
        valuetype: gauge
        path: '{.pipelines.nginx.dead_letter_queue.queue_size_in_bytes}'
        labels: { pipeline: nginx }
      - name: logstash_pipeline_dead_letters_lost_total
        help: Refused documents for which there was no room.
        valuetype: counter
        path: '{.pipelines.nginx.dead_letter_queue.dropped_events}'
        labels: { pipeline: nginx }
      - name: logstash_pipeline_reload_failures_total
        help: Changes that were not taken.
        valuetype: counter
        path: '{.pipelines.nginx.reloads.failures}'
        labels: { pipeline: nginx }
      - name: logstash_pipeline_events_in_total
        help: Events that came in.
        valuetype: counter
        path: '{.pipelines.postgres.events.in}'
        labels: { pipeline: postgres }
      - name: logstash_pipeline_events_out_total
        help: Events that were handed on.
        valuetype: counter
        path: '{.pipelines.postgres.events.out}'
        labels: { pipeline: postgres }
      - name: logstash_pipeline_queue_events
        help: Events that wait.
        valuetype: gauge
        path: '{.pipelines.postgres.queue.events_count}'
        labels: { pipeline: postgres }
      - name: logstash_pipeline_queue_bytes
        help: Bytes of the queue.
        valuetype: gauge
        path: '{.pipelines.postgres.queue.queue_size_in_bytes}'
        labels: { pipeline: postgres }
      - name: logstash_pipeline_queue_max_bytes
        help: Most bytes of the queue.
        valuetype: gauge
        path: '{.pipelines.postgres.queue.max_queue_size_in_bytes}'
        labels: { pipeline: postgres }
      - name: logstash_pipeline_dead_letter_bytes
        help: Bytes of documents that were refused.
        valuetype: gauge
        path: '{.pipelines.postgres.dead_letter_queue.queue_size_in_bytes}'
        labels: { pipeline: postgres }
      - name: logstash_pipeline_dead_letters_lost_total
        help: Refused documents for which there was no room.
        valuetype: counter
        path: '{.pipelines.postgres.dead_letter_queue.dropped_events}'
        labels: { pipeline: postgres }
      - name: logstash_pipeline_reload_failures_total
        help: Changes that were not taken.
        valuetype: counter
        path: '{.pipelines.postgres.reloads.failures}'
        labels: { pipeline: postgres }
      - name: logstash_pipeline_events_in_total
        help: Events that came in.
        valuetype: counter
        path: '{.pipelines.other.events.in}'
        labels: { pipeline: other }
      - name: logstash_pipeline_events_out_total
        help: Events that were handed on.
        valuetype: counter
        path: '{.pipelines.other.events.out}'
        labels: { pipeline: other }
      - name: logstash_pipeline_queue_events
        help: Events that wait.
        valuetype: gauge
        path: '{.pipelines.other.queue.events_count}'
        labels: { pipeline: other }
      - name: logstash_pipeline_queue_bytes
        help: Bytes of the queue.
        valuetype: gauge
        path: '{.pipelines.other.queue.queue_size_in_bytes}'
        labels: { pipeline: other }
      - name: logstash_pipeline_queue_max_bytes
        help: Most bytes of the queue.
        valuetype: gauge
        path: '{.pipelines.other.queue.max_queue_size_in_bytes}'
        labels: { pipeline: other }
      - name: logstash_pipeline_dead_letter_bytes
        help: Bytes of documents that were refused.
        valuetype: gauge
        path: '{.pipelines.other.dead_letter_queue.queue_size_in_bytes}'
        labels: { pipeline: other }
      - name: logstash_pipeline_dead_letters_lost_total
        help: Refused documents for which there was no room.
        valuetype: counter
        path: '{.pipelines.other.dead_letter_queue.dropped_events}'
        labels: { pipeline: other }
      - name: logstash_pipeline_reload_failures_total
        help: Changes that were not taken.
        valuetype: counter
        path: '{.pipelines.other.reloads.failures}'
        labels: { pipeline: other }
      - name: logstash_pipeline_events_in_total
        help: Events that came in.
        valuetype: counter
        path: '{.pipelines.rejected.events.in}'
        labels: { pipeline: rejected }
      - name: logstash_pipeline_events_out_total
        help: Events that were handed on.
        valuetype: counter
        path: '{.pipelines.rejected.events.out}'
        labels: { pipeline: rejected }
      - name: logstash_pipeline_queue_events
        help: Events that wait.
        valuetype: gauge
        path: '{.pipelines.rejected.queue.events_count}'
        labels: { pipeline: rejected }
      - name: logstash_pipeline_queue_bytes
        help: Bytes of the queue.
        valuetype: gauge
        path: '{.pipelines.rejected.queue.queue_size_in_bytes}'
        labels: { pipeline: rejected }
      - name: logstash_pipeline_queue_max_bytes
        help: Most bytes of the queue.
        valuetype: gauge
        path: '{.pipelines.rejected.queue.max_queue_size_in_bytes}'
        labels: { pipeline: rejected }
      - name: logstash_pipeline_dead_letter_bytes
        help: Bytes of documents that were refused.
        valuetype: gauge
        path: '{.pipelines.rejected.dead_letter_queue.queue_size_in_bytes}'
        labels: { pipeline: rejected }
      - name: logstash_pipeline_dead_letters_lost_total
        help: Refused documents for which there was no room.
        valuetype: counter
        path: '{.pipelines.rejected.dead_letter_queue.dropped_events}'
        labels: { pipeline: rejected }
      - name: logstash_pipeline_reload_failures_total
        help: Changes that were not taken.
        valuetype: counter
        path: '{.pipelines.rejected.reloads.failures}'
        labels: { pipeline: rejected }
{{- end }}
