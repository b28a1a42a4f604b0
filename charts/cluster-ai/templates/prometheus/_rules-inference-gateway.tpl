{{/* The rules of inference-gateway: a file of Prometheus, and a part of the PrometheusRule of prometheus-operator. */}}
{{- define "cluster-ai.prometheus.rules-inference-gateway" -}}
- name: inference-gateway
  rules:
    - record: variant:gateway_requests:rate5m
      expr: |
        sum by (namespace, release, tier, server, model, variant) (rate(envoy_cluster_upstream_rq_xx{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",model!=""}[5m]))
    - record: variant:gateway_errors:ratio_rate5m
      expr: |
        (
          sum by (namespace, release, tier, server, model, variant) (rate(envoy_cluster_upstream_rq_xx{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",model!="",envoy_response_code_class="5"}[5m]))
          or 0 * sum by (namespace, release, tier, server, model, variant) (rate(envoy_cluster_upstream_rq_xx{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",model!=""}[5m]))
        )
        / sum by (namespace, release, tier, server, model, variant) (rate(envoy_cluster_upstream_rq_xx{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",model!=""}[5m]))
    - record: variant:gateway_duration_seconds:p50_5m
      expr: |
        histogram_quantile(0.5,
          sum by (namespace, release, tier, server, model, variant, le) (rate(envoy_cluster_upstream_rq_time_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",model!=""}[5m]))) / 1000
    - record: variant:gateway_duration_seconds:p95_5m
      expr: |
        histogram_quantile(0.95,
          sum by (namespace, release, tier, server, model, variant, le) (rate(envoy_cluster_upstream_rq_time_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",model!=""}[5m]))) / 1000
    {{- if .Values.tensorflowServing.enabled }}
    - record: server:latency_target_seconds:constant
      expr: |
        0 * max by (namespace, release, tier) (up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway"}) + {{ int64 .Values.tensorflowServing.latencyTargetMilliseconds }} / 1000
      labels:
        server: "tensorflow-serving"
    {{- end }}
    {{- if .Values.torchserve.enabled }}
    - record: server:latency_target_seconds:constant
      expr: |
        0 * max by (namespace, release, tier) (up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway"}) + {{ int64 .Values.torchserve.latencyTargetMilliseconds }} / 1000
      labels:
        server: "torchserve"
    {{- end }}
    {{- if .Values.onnx.enabled }}
    - record: server:latency_target_seconds:constant
      expr: |
        0 * max by (namespace, release, tier) (up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway"}) + {{ int64 .Values.onnx.latencyTargetMilliseconds }} / 1000
      labels:
        server: "onnx"
    {{- end }}
    {{- if .Values.tensorrt.enabled }}
    - record: server:latency_target_seconds:constant
      expr: |
        0 * max by (namespace, release, tier) (up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway"}) + {{ int64 .Values.tensorrt.latencyTargetMilliseconds }} / 1000
      labels:
        server: "tensorrt"
    {{- end }}
    - record: model:gateway_errors:ratio_rate5m
      expr: |
        (
          sum by (namespace, release, tier, server, model) (rate(envoy_cluster_upstream_rq_xx{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",model!="",envoy_response_code_class="5"}[5m]))
          or 0 * sum by (namespace, release, tier, server, model) (rate(envoy_cluster_upstream_rq_xx{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",model!=""}[5m]))
        )
        / sum by (namespace, release, tier, server, model) (rate(envoy_cluster_upstream_rq_xx{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",model!=""}[5m]))
    - record: model:gateway_errors:ratio_rate30m
      expr: |
        (
          sum by (namespace, release, tier, server, model) (rate(envoy_cluster_upstream_rq_xx{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",model!="",envoy_response_code_class="5"}[30m]))
          or 0 * sum by (namespace, release, tier, server, model) (rate(envoy_cluster_upstream_rq_xx{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",model!=""}[30m]))
        )
        / sum by (namespace, release, tier, server, model) (rate(envoy_cluster_upstream_rq_xx{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",model!=""}[30m]))
    - record: model:gateway_errors:ratio_rate1h
      expr: |
        (
          sum by (namespace, release, tier, server, model) (rate(envoy_cluster_upstream_rq_xx{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",model!="",envoy_response_code_class="5"}[1h]))
          or 0 * sum by (namespace, release, tier, server, model) (rate(envoy_cluster_upstream_rq_xx{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",model!=""}[1h]))
        )
        / sum by (namespace, release, tier, server, model) (rate(envoy_cluster_upstream_rq_xx{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",model!=""}[1h]))
    - record: model:gateway_errors:ratio_rate2h
      expr: |
        (
          sum by (namespace, release, tier, server, model) (rate(envoy_cluster_upstream_rq_xx{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",model!="",envoy_response_code_class="5"}[2h]))
          or 0 * sum by (namespace, release, tier, server, model) (rate(envoy_cluster_upstream_rq_xx{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",model!=""}[2h]))
        )
        / sum by (namespace, release, tier, server, model) (rate(envoy_cluster_upstream_rq_xx{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",model!=""}[2h]))
    - record: model:gateway_errors:ratio_rate6h
      expr: |
        (
          sum by (namespace, release, tier, server, model) (rate(envoy_cluster_upstream_rq_xx{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",model!="",envoy_response_code_class="5"}[6h]))
          or 0 * sum by (namespace, release, tier, server, model) (rate(envoy_cluster_upstream_rq_xx{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",model!=""}[6h]))
        )
        / sum by (namespace, release, tier, server, model) (rate(envoy_cluster_upstream_rq_xx{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",model!=""}[6h]))
    - record: model:gateway_errors:ratio_rate1d
      expr: |
        (
          sum by (namespace, release, tier, server, model) (rate(envoy_cluster_upstream_rq_xx{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",model!="",envoy_response_code_class="5"}[1d]))
          or 0 * sum by (namespace, release, tier, server, model) (rate(envoy_cluster_upstream_rq_xx{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",model!=""}[1d]))
        )
        / sum by (namespace, release, tier, server, model) (rate(envoy_cluster_upstream_rq_xx{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",model!=""}[1d]))
    - record: model:gateway_errors:ratio_rate3d
      expr: |
        (
          sum by (namespace, release, tier, server, model) (rate(envoy_cluster_upstream_rq_xx{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",model!="",envoy_response_code_class="5"}[3d]))
          or 0 * sum by (namespace, release, tier, server, model) (rate(envoy_cluster_upstream_rq_xx{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",model!=""}[3d]))
        )
        / sum by (namespace, release, tier, server, model) (rate(envoy_cluster_upstream_rq_xx{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",model!=""}[3d]))
    {{- if .Values.tensorflowServing.enabled }}
    - record: model:gateway_slow:ratio_rate5m
      expr: |
        1 - histogram_fraction(0, {{ int64 .Values.tensorflowServing.latencyTargetMilliseconds }},
          sum by (namespace, release, tier, server, model, le) (rate(envoy_cluster_upstream_rq_time_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",server="tensorflow-serving"}[5m])))
      labels:
        server: "tensorflow-serving"
    {{- end }}
    {{- if .Values.tensorflowServing.enabled }}
    - record: model:gateway_slow:ratio_rate30m
      expr: |
        1 - histogram_fraction(0, {{ int64 .Values.tensorflowServing.latencyTargetMilliseconds }},
          sum by (namespace, release, tier, server, model, le) (rate(envoy_cluster_upstream_rq_time_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",server="tensorflow-serving"}[30m])))
      labels:
        server: "tensorflow-serving"
    {{- end }}
    {{- if .Values.tensorflowServing.enabled }}
    - record: model:gateway_slow:ratio_rate1h
      expr: |
        1 - histogram_fraction(0, {{ int64 .Values.tensorflowServing.latencyTargetMilliseconds }},
          sum by (namespace, release, tier, server, model, le) (rate(envoy_cluster_upstream_rq_time_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",server="tensorflow-serving"}[1h])))
      labels:
        server: "tensorflow-serving"
    {{- end }}
    {{- if .Values.tensorflowServing.enabled }}
    - record: model:gateway_slow:ratio_rate2h
      expr: |
        1 - histogram_fraction(0, {{ int64 .Values.tensorflowServing.latencyTargetMilliseconds }},
          sum by (namespace, release, tier, server, model, le) (rate(envoy_cluster_upstream_rq_time_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",server="tensorflow-serving"}[2h])))
      labels:
        server: "tensorflow-serving"
    {{- end }}
    {{- if .Values.tensorflowServing.enabled }}
    - record: model:gateway_slow:ratio_rate6h
      expr: |
        1 - histogram_fraction(0, {{ int64 .Values.tensorflowServing.latencyTargetMilliseconds }},
          sum by (namespace, release, tier, server, model, le) (rate(envoy_cluster_upstream_rq_time_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",server="tensorflow-serving"}[6h])))
      labels:
        server: "tensorflow-serving"
    {{- end }}
    {{- if .Values.tensorflowServing.enabled }}
    - record: model:gateway_slow:ratio_rate1d
      expr: |
        1 - histogram_fraction(0, {{ int64 .Values.tensorflowServing.latencyTargetMilliseconds }},
          sum by (namespace, release, tier, server, model, le) (rate(envoy_cluster_upstream_rq_time_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",server="tensorflow-serving"}[1d])))
      labels:
        server: "tensorflow-serving"
    {{- end }}
    {{- if .Values.tensorflowServing.enabled }}
    - record: model:gateway_slow:ratio_rate3d
      expr: |
        1 - histogram_fraction(0, {{ int64 .Values.tensorflowServing.latencyTargetMilliseconds }},
          sum by (namespace, release, tier, server, model, le) (rate(envoy_cluster_upstream_rq_time_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",server="tensorflow-serving"}[3d])))
      labels:
        server: "tensorflow-serving"
    {{- end }}
    {{- if .Values.torchserve.enabled }}
    - record: model:gateway_slow:ratio_rate5m
      expr: |
        1 - histogram_fraction(0, {{ int64 .Values.torchserve.latencyTargetMilliseconds }},
          sum by (namespace, release, tier, server, model, le) (rate(envoy_cluster_upstream_rq_time_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",server="torchserve"}[5m])))
      labels:
        server: "torchserve"
    {{- end }}
    {{- if .Values.torchserve.enabled }}
    - record: model:gateway_slow:ratio_rate30m
      expr: |
        1 - histogram_fraction(0, {{ int64 .Values.torchserve.latencyTargetMilliseconds }},
          sum by (namespace, release, tier, server, model, le) (rate(envoy_cluster_upstream_rq_time_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",server="torchserve"}[30m])))
      labels:
        server: "torchserve"
    {{- end }}
    {{- if .Values.torchserve.enabled }}
    - record: model:gateway_slow:ratio_rate1h
      expr: |
        1 - histogram_fraction(0, {{ int64 .Values.torchserve.latencyTargetMilliseconds }},
          sum by (namespace, release, tier, server, model, le) (rate(envoy_cluster_upstream_rq_time_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",server="torchserve"}[1h])))
      labels:
        server: "torchserve"
    {{- end }}
    {{- if .Values.torchserve.enabled }}
    - record: model:gateway_slow:ratio_rate2h
      expr: |
        1 - histogram_fraction(0, {{ int64 .Values.torchserve.latencyTargetMilliseconds }},
          sum by (namespace, release, tier, server, model, le) (rate(envoy_cluster_upstream_rq_time_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",server="torchserve"}[2h])))
      labels:
        server: "torchserve"
    {{- end }}
    {{- if .Values.torchserve.enabled }}
    - record: model:gateway_slow:ratio_rate6h
      expr: |
        1 - histogram_fraction(0, {{ int64 .Values.torchserve.latencyTargetMilliseconds }},
          sum by (namespace, release, tier, server, model, le) (rate(envoy_cluster_upstream_rq_time_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",server="torchserve"}[6h])))
      labels:
        server: "torchserve"
    {{- end }}
    {{- if .Values.torchserve.enabled }}
    - record: model:gateway_slow:ratio_rate1d
      expr: |
        1 - histogram_fraction(0, {{ int64 .Values.torchserve.latencyTargetMilliseconds }},
          sum by (namespace, release, tier, server, model, le) (rate(envoy_cluster_upstream_rq_time_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",server="torchserve"}[1d])))
      labels:
        server: "torchserve"
    {{- end }}
    {{- if .Values.torchserve.enabled }}
    - record: model:gateway_slow:ratio_rate3d
      expr: |
        1 - histogram_fraction(0, {{ int64 .Values.torchserve.latencyTargetMilliseconds }},
          sum by (namespace, release, tier, server, model, le) (rate(envoy_cluster_upstream_rq_time_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",server="torchserve"}[3d])))
      labels:
        server: "torchserve"
    {{- end }}
    {{- if .Values.onnx.enabled }}
    - record: model:gateway_slow:ratio_rate5m
      expr: |
        1 - histogram_fraction(0, {{ int64 .Values.onnx.latencyTargetMilliseconds }},
          sum by (namespace, release, tier, server, model, le) (rate(envoy_cluster_upstream_rq_time_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",server="onnx"}[5m])))
      labels:
        server: "onnx"
    {{- end }}
    {{- if .Values.onnx.enabled }}
    - record: model:gateway_slow:ratio_rate30m
      expr: |
        1 - histogram_fraction(0, {{ int64 .Values.onnx.latencyTargetMilliseconds }},
          sum by (namespace, release, tier, server, model, le) (rate(envoy_cluster_upstream_rq_time_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",server="onnx"}[30m])))
      labels:
        server: "onnx"
    {{- end }}
    {{- if .Values.onnx.enabled }}
    - record: model:gateway_slow:ratio_rate1h
      expr: |
        1 - histogram_fraction(0, {{ int64 .Values.onnx.latencyTargetMilliseconds }},
          sum by (namespace, release, tier, server, model, le) (rate(envoy_cluster_upstream_rq_time_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",server="onnx"}[1h])))
      labels:
        server: "onnx"
    {{- end }}
    {{- if .Values.onnx.enabled }}
    - record: model:gateway_slow:ratio_rate2h
      expr: |
        1 - histogram_fraction(0, {{ int64 .Values.onnx.latencyTargetMilliseconds }},
          sum by (namespace, release, tier, server, model, le) (rate(envoy_cluster_upstream_rq_time_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",server="onnx"}[2h])))
      labels:
        server: "onnx"
    {{- end }}
    {{- if .Values.onnx.enabled }}
    - record: model:gateway_slow:ratio_rate6h
      expr: |
        1 - histogram_fraction(0, {{ int64 .Values.onnx.latencyTargetMilliseconds }},
          sum by (namespace, release, tier, server, model, le) (rate(envoy_cluster_upstream_rq_time_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",server="onnx"}[6h])))
      labels:
        server: "onnx"
    {{- end }}
    {{- if .Values.onnx.enabled }}
    - record: model:gateway_slow:ratio_rate1d
      expr: |
        1 - histogram_fraction(0, {{ int64 .Values.onnx.latencyTargetMilliseconds }},
          sum by (namespace, release, tier, server, model, le) (rate(envoy_cluster_upstream_rq_time_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",server="onnx"}[1d])))
      labels:
        server: "onnx"
    {{- end }}
    {{- if .Values.onnx.enabled }}
    - record: model:gateway_slow:ratio_rate3d
      expr: |
        1 - histogram_fraction(0, {{ int64 .Values.onnx.latencyTargetMilliseconds }},
          sum by (namespace, release, tier, server, model, le) (rate(envoy_cluster_upstream_rq_time_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",server="onnx"}[3d])))
      labels:
        server: "onnx"
    {{- end }}
    {{- if .Values.tensorrt.enabled }}
    - record: model:gateway_slow:ratio_rate5m
      expr: |
        1 - histogram_fraction(0, {{ int64 .Values.tensorrt.latencyTargetMilliseconds }},
          sum by (namespace, release, tier, server, model, le) (rate(envoy_cluster_upstream_rq_time_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",server="tensorrt"}[5m])))
      labels:
        server: "tensorrt"
    {{- end }}
    {{- if .Values.tensorrt.enabled }}
    - record: model:gateway_slow:ratio_rate30m
      expr: |
        1 - histogram_fraction(0, {{ int64 .Values.tensorrt.latencyTargetMilliseconds }},
          sum by (namespace, release, tier, server, model, le) (rate(envoy_cluster_upstream_rq_time_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",server="tensorrt"}[30m])))
      labels:
        server: "tensorrt"
    {{- end }}
    {{- if .Values.tensorrt.enabled }}
    - record: model:gateway_slow:ratio_rate1h
      expr: |
        1 - histogram_fraction(0, {{ int64 .Values.tensorrt.latencyTargetMilliseconds }},
          sum by (namespace, release, tier, server, model, le) (rate(envoy_cluster_upstream_rq_time_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",server="tensorrt"}[1h])))
      labels:
        server: "tensorrt"
    {{- end }}
    {{- if .Values.tensorrt.enabled }}
    - record: model:gateway_slow:ratio_rate2h
      expr: |
        1 - histogram_fraction(0, {{ int64 .Values.tensorrt.latencyTargetMilliseconds }},
          sum by (namespace, release, tier, server, model, le) (rate(envoy_cluster_upstream_rq_time_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",server="tensorrt"}[2h])))
      labels:
        server: "tensorrt"
    {{- end }}
    {{- if .Values.tensorrt.enabled }}
    - record: model:gateway_slow:ratio_rate6h
      expr: |
        1 - histogram_fraction(0, {{ int64 .Values.tensorrt.latencyTargetMilliseconds }},
          sum by (namespace, release, tier, server, model, le) (rate(envoy_cluster_upstream_rq_time_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",server="tensorrt"}[6h])))
      labels:
        server: "tensorrt"
    {{- end }}
    {{- if .Values.tensorrt.enabled }}
    - record: model:gateway_slow:ratio_rate1d
      expr: |
        1 - histogram_fraction(0, {{ int64 .Values.tensorrt.latencyTargetMilliseconds }},
          sum by (namespace, release, tier, server, model, le) (rate(envoy_cluster_upstream_rq_time_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",server="tensorrt"}[1d])))
      labels:
        server: "tensorrt"
    {{- end }}
    {{- if .Values.tensorrt.enabled }}
    - record: model:gateway_slow:ratio_rate3d
      expr: |
        1 - histogram_fraction(0, {{ int64 .Values.tensorrt.latencyTargetMilliseconds }},
          sum by (namespace, release, tier, server, model, le) (rate(envoy_cluster_upstream_rq_time_bucket{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",server="tensorrt"}[3d])))
      labels:
        server: "tensorrt"
    {{- end }}
    - alert: InferenceGatewayDown
      expr: |
        absent(up{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway"} == 1)
      for: 2m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "inference-gateway"
      annotations:
        summary: "No inference gateway answers"
        description: "For two minutes: no model can be asked, though servers may run."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/inference-gateway.md#inferencegatewaydown
    - alert: InferenceGatewayOverloaded
      expr: |
        envoy_overload_envoy_overload_actions_stop_accepting_requests_active{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway"} == 1
      for: 1m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "inference-gateway"
      annotations:
        summary: "{{ "{{" }} $labels.pod }} refuses requests, as its memory is nearly used up"
        description: "For a minute: what it holds for clients and servers is close to its limit."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/inference-gateway.md#inferencegatewayoverloaded
    - alert: ModelServerUnreachable
      expr: |
        max by (namespace, release, tier, server) (envoy_cluster_membership_healthy{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",model!=""}) == 0
      for: 2m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "{{ "{{" }} $labels.server }}"
      annotations:
        summary: "The gateway knows of no server of {{ "{{" }} $labels.server }} that is ready"
        description: "For two minutes: whoever asks for one of its models gets 503."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/inference-gateway.md#modelserverunreachable
    - alert: ModelServerEjected
      expr: |
        sum by (namespace, release, tier, server, model) (increase(envoy_cluster_outlier_detection_ejections_enforced_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",model!=""}[15m])) > 0
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "{{ "{{" }} $labels.server }}"
      annotations:
        summary: "A server of {{ "{{" }} $labels.server }} has had no requests for {{ "{{" }} $labels.model }} for a while"
        description: "{{ "{{" }} $value | humanize }} times within a quarter of an hour, as it failed several in a row."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/inference-gateway.md#modelserverejected
    - alert: ModelCircuitOpen
      expr: |
        sum by (namespace, release, tier, server, model) (increase(envoy_cluster_upstream_rq_pending_overflow{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",model!=""}[5m])) + sum by (namespace, release, tier, server, model) (increase(envoy_cluster_upstream_rq_active_overflow{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",model!=""}[5m])) > 0
      for: 5m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "{{ "{{" }} $labels.server }}"
      annotations:
        summary: "{{ "{{" }} $value | humanize }} requests for {{ "{{" }} $labels.model }} were refused within five minutes"
        description: "For five minutes more have been under way than circuitBreaker allows: clients get 503 at once."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/inference-gateway.md#modelcircuitopen
    - alert: ModelRetriesExhausted
      expr: |
        sum by (namespace, release, tier, server, model) (increase(envoy_cluster_upstream_rq_retry_overflow{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",model!=""}[5m])) > 0
      for: 5m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "{{ "{{" }} $labels.server }}"
      annotations:
        summary: "{{ "{{" }} $value | humanize }} requests for {{ "{{" }} $labels.model }} were not tried again within five minutes"
        description: "For five minutes more have failed than retryBudget allows to be tried again: clients see the failures."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/inference-gateway.md#modelretriesexhausted
    - alert: ModelErrors
      expr: |
        variant:gateway_errors:ratio_rate5m{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway"} > {{ int64 .Values.thresholds.errorPercent }} / 100
      for: 10m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "{{ "{{" }} $labels.server }}"
      annotations:
        summary: "{{ "{{" }} $value | humanizePercentage }} of requests for {{ "{{" }} $labels.model }}/{{ "{{" }} $labels.variant }} end in an error"
        description: |-
          More than {{ int64 .Values.thresholds.errorPercent }} % have for ten minutes, of the server {{ "{{" }} $labels.server }} or for want of one.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/inference-gateway.md#modelerrors
    - alert: ModelSlow
      expr: |
        variant:gateway_duration_seconds:p95_5m{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway"}
          > on (namespace, release, tier, server) group_left ()
            server:latency_target_seconds:constant{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway"}
          and on (namespace, release, tier, server, model, variant) variant:gateway_requests:rate5m{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway"} > 0.1
      for: 10m
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "{{ "{{" }} $labels.server }}"
      annotations:
        summary: "95 % of requests for {{ "{{" }} $labels.model }}/{{ "{{" }} $labels.variant }} take up to {{ "{{" }} $value | humanizeDuration }}"
        description: "For ten minutes longer than the latency target of {{ "{{" }} $labels.server }}. Below one request in ten seconds it does not count."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/inference-gateway.md#modelslow
    - alert: ModelAvailabilityBurnsFast
      expr: |
        model:gateway_errors:ratio_rate1h{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway"} > 14.4 * (1 - {{ .Values.modelSlo.availabilityPercent }} / 100)
          and model:gateway_errors:ratio_rate5m{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway"} > 14.4 * (1 - {{ .Values.modelSlo.availabilityPercent }} / 100)
      for: 2m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "{{ "{{" }} $labels.server }}"
        window: "1h"
      annotations:
        summary: "{{ "{{" }} $value | humanizePercentage }} of the requests for {{ "{{" }} $labels.model }} of 1h end in an error of the server"
        description: |-
          The objective is {{ .Values.modelSlo.availabilityPercent }} % over 30 days. At this pace the budget for it goes 14.4 times as fast as it may: 2 % in an hour.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/inference-gateway.md#modelavailabilityburnsfast
    - alert: ModelAvailabilityBurnsFast
      expr: |
        model:gateway_errors:ratio_rate6h{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway"} > 6 * (1 - {{ .Values.modelSlo.availabilityPercent }} / 100)
          and model:gateway_errors:ratio_rate30m{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway"} > 6 * (1 - {{ .Values.modelSlo.availabilityPercent }} / 100)
      for: 15m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "{{ "{{" }} $labels.server }}"
        window: "6h"
      annotations:
        summary: "{{ "{{" }} $value | humanizePercentage }} of the requests for {{ "{{" }} $labels.model }} of 6h end in an error of the server"
        description: |-
          The objective is {{ .Values.modelSlo.availabilityPercent }} % over 30 days. At this pace the budget for it goes 6 times as fast as it may: 5 % in six hours.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/inference-gateway.md#modelavailabilityburnsfast
    - alert: ModelAvailabilityBurnsSlowly
      expr: |
        model:gateway_errors:ratio_rate1d{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway"} > 3 * (1 - {{ .Values.modelSlo.availabilityPercent }} / 100)
          and model:gateway_errors:ratio_rate2h{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway"} > 3 * (1 - {{ .Values.modelSlo.availabilityPercent }} / 100)
      for: 1h
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "{{ "{{" }} $labels.server }}"
        window: "1d"
      annotations:
        summary: "{{ "{{" }} $value | humanizePercentage }} of the requests for {{ "{{" }} $labels.model }} of 1d end in an error of the server"
        description: |-
          The objective is {{ .Values.modelSlo.availabilityPercent }} % over 30 days. At this pace the budget for it goes 3 times as fast as it may: 10 % in a day.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/inference-gateway.md#modelavailabilityburnsslowly
    - alert: ModelAvailabilityBurnsSlowly
      expr: |
        model:gateway_errors:ratio_rate3d{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway"} > 1 * (1 - {{ .Values.modelSlo.availabilityPercent }} / 100)
          and model:gateway_errors:ratio_rate6h{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway"} > 1 * (1 - {{ .Values.modelSlo.availabilityPercent }} / 100)
      for: 3h
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "{{ "{{" }} $labels.server }}"
        window: "3d"
      annotations:
        summary: "{{ "{{" }} $value | humanizePercentage }} of the requests for {{ "{{" }} $labels.model }} of 3d end in an error of the server"
        description: |-
          The objective is {{ .Values.modelSlo.availabilityPercent }} % over 30 days. At this pace the budget for it goes 1 times as fast as it may: 10 % in three days.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/inference-gateway.md#modelavailabilityburnsslowly
    - alert: ModelLatencyBurnsFast
      expr: |
        model:gateway_slow:ratio_rate1h{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway"} > 14.4 * (1 - {{ .Values.modelSlo.latencyPercent }} / 100)
          and model:gateway_slow:ratio_rate5m{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway"} > 14.4 * (1 - {{ .Values.modelSlo.latencyPercent }} / 100)
      for: 2m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "{{ "{{" }} $labels.server }}"
        window: "1h"
      annotations:
        summary: "{{ "{{" }} $value | humanizePercentage }} of the requests for {{ "{{" }} $labels.model }} of 1h take longer than the latency target of {{ "{{" }} $labels.server }}"
        description: |-
          The objective is {{ .Values.modelSlo.latencyPercent }} % over 30 days. At this pace the budget for it goes 14.4 times as fast as it may: 2 % in an hour.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/inference-gateway.md#modellatencyburnsfast
    - alert: ModelLatencyBurnsFast
      expr: |
        model:gateway_slow:ratio_rate6h{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway"} > 6 * (1 - {{ .Values.modelSlo.latencyPercent }} / 100)
          and model:gateway_slow:ratio_rate30m{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway"} > 6 * (1 - {{ .Values.modelSlo.latencyPercent }} / 100)
      for: 15m
      labels:
        severity: "critical"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "{{ "{{" }} $labels.server }}"
        window: "6h"
      annotations:
        summary: "{{ "{{" }} $value | humanizePercentage }} of the requests for {{ "{{" }} $labels.model }} of 6h take longer than the latency target of {{ "{{" }} $labels.server }}"
        description: |-
          The objective is {{ .Values.modelSlo.latencyPercent }} % over 30 days. At this pace the budget for it goes 6 times as fast as it may: 5 % in six hours.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/inference-gateway.md#modellatencyburnsfast
    - alert: ModelLatencyBurnsSlowly
      expr: |
        model:gateway_slow:ratio_rate1d{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway"} > 3 * (1 - {{ .Values.modelSlo.latencyPercent }} / 100)
          and model:gateway_slow:ratio_rate2h{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway"} > 3 * (1 - {{ .Values.modelSlo.latencyPercent }} / 100)
      for: 1h
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "{{ "{{" }} $labels.server }}"
        window: "1d"
      annotations:
        summary: "{{ "{{" }} $value | humanizePercentage }} of the requests for {{ "{{" }} $labels.model }} of 1d take longer than the latency target of {{ "{{" }} $labels.server }}"
        description: |-
          The objective is {{ .Values.modelSlo.latencyPercent }} % over 30 days. At this pace the budget for it goes 3 times as fast as it may: 10 % in a day.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/inference-gateway.md#modellatencyburnsslowly
    - alert: ModelLatencyBurnsSlowly
      expr: |
        model:gateway_slow:ratio_rate3d{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway"} > 1 * (1 - {{ .Values.modelSlo.latencyPercent }} / 100)
          and model:gateway_slow:ratio_rate6h{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway"} > 1 * (1 - {{ .Values.modelSlo.latencyPercent }} / 100)
      for: 3h
      labels:
        severity: "warning"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "{{ "{{" }} $labels.server }}"
        window: "3d"
      annotations:
        summary: "{{ "{{" }} $value | humanizePercentage }} of the requests for {{ "{{" }} $labels.model }} of 3d take longer than the latency target of {{ "{{" }} $labels.server }}"
        description: |-
          The objective is {{ .Values.modelSlo.latencyPercent }} % over 30 days. At this pace the budget for it goes 1 times as fast as it may: 10 % in three days.
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/inference-gateway.md#modellatencyburnsslowly
    - alert: ExperimentVariantIdle
      expr: |
        sum by (namespace, release, tier, server, model, variant) (increase(envoy_cluster_upstream_rq_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",model!="",variant!~"direct|grpc"}[6h])) == 0
          and on (namespace, release, tier, model)
            sum by (namespace, release, tier, model) (increase(envoy_cluster_upstream_rq_total{namespace="{{ .Release.Namespace }}",release="{{ .Release.Name }}",tier="inference-gateway",model!="",variant!~"direct|grpc"}[6h])) > 100
      for: 1h
      labels:
        severity: "info"
        namespace: |-
          {{ .Release.Namespace }}
        release: |-
          {{ .Release.Name }}
        tier: "{{ "{{" }} $labels.server }}"
      annotations:
        summary: "Variant {{ "{{" }} $labels.variant }} of {{ "{{" }} $labels.model }} gets no requests"
        description: "For six hours, in which the others got some: its weight is 0, or another is promoted, and the experiment can end."
        runbook_url: |-
          {{ .Values.prometheus.runbooksUrl }}/inference-gateway.md#experimentvariantidle
{{- end }}
