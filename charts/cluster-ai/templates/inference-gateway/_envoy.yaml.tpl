{{/* A file of the pods, which are replaced when it changes. */}}
{{- define "cluster-ai.inference-gateway.envoy.yaml" -}}
# Written by cdk8s-tiers.
# Said once, and referred to below. Envoy leaves out what has this tag.
!ignore parts:
  - &lua type.googleapis.com/envoy.extensions.filters.http.lua.v3.LuaPerRoute
  # Each address of the name is a server.
  - &dns
    name: envoy.cluster.dns
    typed_config: { "@type": type.googleapis.com/envoy.extensions.clusters.dns.v3.DnsCluster, dns_lookup_family: V4_PREFERRED, dns_refresh_rate: 2s }
  - &http1 { envoy.extensions.upstreams.http.v3.HttpProtocolOptions: { "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions, common_http_protocol_options: { idle_timeout: 30s }, explicit_http_config: { http_protocol_options: {} } } }
  - &http2 { envoy.extensions.upstreams.http.v3.HttpProtocolOptions: { "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions, common_http_protocol_options: { idle_timeout: 30s }, explicit_http_config: { http2_protocol_options: {} } } }
  - &circuit_breakers
    thresholds:
      - max_connections: {{ int64 .Values.inferenceGateway.circuitBreaker.maxRequests }}
        max_requests: {{ int64 .Values.inferenceGateway.circuitBreaker.maxRequests }}
        max_pending_requests: {{ int64 .Values.inferenceGateway.circuitBreaker.maxPendingRequests }}
        track_remaining: true
        retry_budget: { budget_percent: { value: {{ int64 .Values.inferenceGateway.retryBudget.percent }} }, min_retry_concurrency: {{ int64 .Values.inferenceGateway.retryBudget.minConcurrency }} }
  - &outlier_detection
    # An answer 500 comes of the request as often as of the server.
    consecutive_gateway_failure: {{ int64 .Values.inferenceGateway.outlierDetection.consecutiveFailures }}
    enforcing_consecutive_gateway_failure: 100
    enforcing_consecutive_5xx: 0
    enforcing_success_rate: 0
    split_external_local_origin_errors: true
    consecutive_local_origin_failure: {{ int64 .Values.inferenceGateway.outlierDetection.consecutiveFailures }}
    enforcing_local_origin_success_rate: 0
    interval: 1s
    base_ejection_time: {{ int64 .Values.inferenceGateway.outlierDetection.ejectionSeconds }}s
    max_ejection_percent: {{ int64 .Values.inferenceGateway.outlierDetection.maxEjectionPercent }}
  {{- if .Values.tensorflowServing.enabled }}
  - &tensorflow-serving { retry_on: 'connect-failure,refused-stream,reset,retriable-status-codes,unavailable', num_retries: {{ int64 .Values.inferenceGateway.retries }}, per_try_timeout: {{ div (include "cluster-ai.inference-gateway.tensorflow-serving.tryMilliseconds" .) 1000 }}.{{ if lt (sub (include "cluster-ai.inference-gateway.tensorflow-serving.tryMilliseconds" .) (mul (div (include "cluster-ai.inference-gateway.tensorflow-serving.tryMilliseconds" .) 1000) 1000)) 10 }}00{{ else }}{{ if lt (sub (include "cluster-ai.inference-gateway.tensorflow-serving.tryMilliseconds" .) (mul (div (include "cluster-ai.inference-gateway.tensorflow-serving.tryMilliseconds" .) 1000) 1000)) 100 }}0{{ else }}{{ end }}{{ end }}{{ sub (include "cluster-ai.inference-gateway.tensorflow-serving.tryMilliseconds" .) (mul (div (include "cluster-ai.inference-gateway.tensorflow-serving.tryMilliseconds" .) 1000) 1000) }}s, retriable_status_codes: [ 503 ], retry_host_predicate: [ { name: envoy.retry_host_predicates.previous_hosts, typed_config: { "@type": type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate } } ], host_selection_retry_max_attempts: 10, retry_back_off: { base_interval: 0.005s, max_interval: 0.05s } }
  {{- end }}
  {{- if .Values.torchserve.enabled }}
  - &torchserve { retry_on: 'connect-failure,refused-stream,reset,retriable-status-codes,unavailable', num_retries: {{ int64 .Values.inferenceGateway.retries }}, per_try_timeout: {{ div (include "cluster-ai.inference-gateway.torchserve.tryMilliseconds" .) 1000 }}.{{ if lt (sub (include "cluster-ai.inference-gateway.torchserve.tryMilliseconds" .) (mul (div (include "cluster-ai.inference-gateway.torchserve.tryMilliseconds" .) 1000) 1000)) 10 }}00{{ else }}{{ if lt (sub (include "cluster-ai.inference-gateway.torchserve.tryMilliseconds" .) (mul (div (include "cluster-ai.inference-gateway.torchserve.tryMilliseconds" .) 1000) 1000)) 100 }}0{{ else }}{{ end }}{{ end }}{{ sub (include "cluster-ai.inference-gateway.torchserve.tryMilliseconds" .) (mul (div (include "cluster-ai.inference-gateway.torchserve.tryMilliseconds" .) 1000) 1000) }}s, retriable_status_codes: [ 503 ], retry_host_predicate: [ { name: envoy.retry_host_predicates.previous_hosts, typed_config: { "@type": type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate } } ], host_selection_retry_max_attempts: 10, retry_back_off: { base_interval: 0.005s, max_interval: 0.05s } }
  {{- end }}
  {{- if .Values.onnx.enabled }}
  - &onnx { retry_on: 'connect-failure,refused-stream,reset,retriable-status-codes,unavailable', num_retries: {{ int64 .Values.inferenceGateway.retries }}, per_try_timeout: {{ div (include "cluster-ai.inference-gateway.onnx.tryMilliseconds" .) 1000 }}.{{ if lt (sub (include "cluster-ai.inference-gateway.onnx.tryMilliseconds" .) (mul (div (include "cluster-ai.inference-gateway.onnx.tryMilliseconds" .) 1000) 1000)) 10 }}00{{ else }}{{ if lt (sub (include "cluster-ai.inference-gateway.onnx.tryMilliseconds" .) (mul (div (include "cluster-ai.inference-gateway.onnx.tryMilliseconds" .) 1000) 1000)) 100 }}0{{ else }}{{ end }}{{ end }}{{ sub (include "cluster-ai.inference-gateway.onnx.tryMilliseconds" .) (mul (div (include "cluster-ai.inference-gateway.onnx.tryMilliseconds" .) 1000) 1000) }}s, retriable_status_codes: [ 503 ], retry_host_predicate: [ { name: envoy.retry_host_predicates.previous_hosts, typed_config: { "@type": type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate } } ], host_selection_retry_max_attempts: 10, retry_back_off: { base_interval: 0.005s, max_interval: 0.05s } }
  {{- end }}
  {{- if .Values.tensorrt.enabled }}
  - &tensorrt { retry_on: 'connect-failure,refused-stream,reset,retriable-status-codes,unavailable', num_retries: {{ int64 .Values.inferenceGateway.retries }}, per_try_timeout: {{ div (include "cluster-ai.inference-gateway.tensorrt.tryMilliseconds" .) 1000 }}.{{ if lt (sub (include "cluster-ai.inference-gateway.tensorrt.tryMilliseconds" .) (mul (div (include "cluster-ai.inference-gateway.tensorrt.tryMilliseconds" .) 1000) 1000)) 10 }}00{{ else }}{{ if lt (sub (include "cluster-ai.inference-gateway.tensorrt.tryMilliseconds" .) (mul (div (include "cluster-ai.inference-gateway.tensorrt.tryMilliseconds" .) 1000) 1000)) 100 }}0{{ else }}{{ end }}{{ end }}{{ sub (include "cluster-ai.inference-gateway.tensorrt.tryMilliseconds" .) (mul (div (include "cluster-ai.inference-gateway.tensorrt.tryMilliseconds" .) 1000) 1000) }}s, retriable_status_codes: [ 503 ], retry_host_predicate: [ { name: envoy.retry_host_predicates.previous_hosts, typed_config: { "@type": type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate } } ], host_selection_retry_max_attempts: 10, retry_back_off: { base_interval: 0.005s, max_interval: 0.05s } }
  {{- end }}
  {{- range $key, $experiment := .Values.inferenceGateway.experiments }}
  - &experiment-{{ $key }}
    promoted: {{ if $experiment.promoted }}'{{ $experiment.promoted }}'{{ else }}null{{ end }}
    variants:
      {{- range $key2, $variant := $experiment.variants }}
      '{{ $key2 }}': { model: '{{ $variant.model }}', version: {{ if $variant.version }}{{ int64 $variant.version }}{{ else }}null{{ end }}, weight: {{ int64 $variant.weight }} }
      {{- end }}
  {{- end }}
admin: { address: { socket_address: { address: 127.0.0.1, port_value: 9901 } } }
# A name of 40 letters makes a longer expression than the 100 steps that Envoy takes by itself.
layered_runtime: { layers: [ { name: static, static_layer: { re2.max_program_size.error_level: 1000 } } ] }
stats_config:
  # Statistics of a cluster are called <server>/<model>/<variant>, which become labels.
  stats_tags:
    - { tag_name: server, regex: '^cluster\.(([^/.]+)/[^/.]+/[^/.]+\.)' }
    - { tag_name: model, regex: '^cluster\.([^/.]+/([^/.]+)/[^/.]+\.)' }
    - { tag_name: variant, regex: '^cluster\.([^/.]+/[^/.]+/([^/.]+)\.)' }
  histogram_bucket_settings:
    - { match: { suffix: rq_time }, buckets: [ 1, 2, 5, 10, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200, 300, 500, 1000, 2000, 5000, 10000, 30000 ] }
overload_manager:
  refresh_interval: 0.25s
  resource_monitors:
    - name: envoy.resource_monitors.fixed_heap
      typed_config:
        "@type": type.googleapis.com/envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig
        max_heap_size_bytes: {{ div (mul (include "cluster-ai.bytes" .Values.inferenceGateway.resources.limits.memory | int64) 80) 100 }}
    - name: envoy.resource_monitors.global_downstream_max_connections
      typed_config:
        "@type": type.googleapis.com/envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig
        max_active_downstream_connections: {{ int64 .Values.inferenceGateway.maxConnections }}
  actions:
    - { name: envoy.overload_actions.shrink_heap, triggers: [ { name: envoy.resource_monitors.fixed_heap, threshold: { value: 0.9 } } ] }
    - { name: envoy.overload_actions.stop_accepting_requests, triggers: [ { name: envoy.resource_monitors.fixed_heap, threshold: { value: 0.95 } } ] }
static_resources:
  listeners:
    - name: inference
      address: { socket_address: { address: 0.0.0.0, port_value: 8080 } }
      per_connection_buffer_limit_bytes: {{ include "cluster-ai.bytes" .Values.inferenceGateway.retryBufferSize | int64 }}
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: inference
                # The client's address is that of the connection, whatever a header says.
                use_remote_address: true
                internal_address_config: { cidr_ranges: [] }
                normalize_path: true
                merge_slashes: true
                path_with_escaped_slashes_action: REJECT_REQUEST
                request_headers_timeout: 10s
                common_http_protocol_options: { idle_timeout: 620s, max_connection_duration: 10s }
                http1_safe_max_connection_duration: true
                http2_protocol_options: { max_concurrent_streams: 1024 }
                access_log:
                  - name: envoy.access_loggers.stdout
                    filter: { header_filter: { header: { name: ':path', string_match: { exact: /readyz }, invert_match: true } } }
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog
                      log_format:
                        json_format:
                          time: '%START_TIME(%Y-%m-%dT%H:%M:%S.%3fZ)%'
                          method: '%REQ(:METHOD)%'
                          path: '%PATH(NQ:ORIG)%'
                          status: '%RESPONSE_CODE%'
                          flags: '%RESPONSE_FLAGS%'
                          details: '%RESPONSE_CODE_DETAILS%'
                          duration_ms: '%DURATION%'
                          server_ms: '%RESPONSE_DURATION%'
                          tries: '%UPSTREAM_REQUEST_ATTEMPT_COUNT%'
                          bytes_received: '%BYTES_RECEIVED%'
                          bytes_sent: '%BYTES_SENT%'
                          cluster: '%UPSTREAM_CLUSTER%'
                          server: '%UPSTREAM_HOST%'
                          client: '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%'
                          request_id: '%REQ(X-REQUEST-ID)%'
                          trace: '%REQ(TRACEPARENT)%'
                          grpc_status: '%GRPC_STATUS%'
                # Envoy's own texts, as JSON; what routes and gateway.lua say is JSON already.
                local_reply_config:
                  mappers:
                    - filter: { response_flag_filter: { flags: [ UO, UH, UF, UT, UC, UR, URX, LR, OM ] } }
                      body_format_override: { content_type: application/json, json_format: { error: '%LOCAL_REPLY_BODY%' } }
                http_filters:
                  - name: envoy.filters.http.lua
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua
                      default_source_code: { filename: /etc/envoy/gateway.lua }
                      # A path that is rewritten stays with the model that it was for.
                      clear_route_cache: false
                  - { name: envoy.filters.http.router, typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router } }
                route_config:
                  virtual_hosts:
                    - name: models
                      domains: [ '*' ]
                      # A longer body is sent once.
                      request_body_buffer_limit: {{ include "cluster-ai.bytes" .Values.inferenceGateway.retryBufferSize | int64 }}
                      routes:
                        - match: { path: /readyz }
                          direct_response: { status: 200, body: { inline_string: "ready\n" } }
                        - match: { path: /v1/models, headers: [ { name: ':method', string_match: { exact: GET } } ] }
                          direct_response:
                            status: 200
                            body_format:
                              content_type: application/json
                              json_format:
                                models: [
                                  {{- if .Values.tensorflowServing.enabled }}
                                  {{- range $key, $model := .Values.tensorflowServing.models }}
                                  {
                                    name: '{{ $key }}', protocol: tensorflow, server: '{{ $.Release.Name }}-tensorflow-serving',
                                    versions: [
                                      {{- range $version := $model.versions }}
                                      {{ int64 $version.version }},
                                      {{- end }}
                                    ],
                                    paths: { predict: 'POST /v1/models/{{ $key }}:predict', native: 'POST /v1/models/{{ $key }}:predict', status: 'GET /v1/models/{{ $key }}' },
                                    grpc: { service: tensorflow.serving.PredictionService, metadata: 'model: {{ $key }}' },
                                    {{- if hasKey $.Values.inferenceGateway.experiments $key }}
                                    experiment: *experiment-{{ $key }},
                                    {{- end }}
                                  },
                                  {{- end }}
                                  {{- end }}
                                  {{- if .Values.torchserve.enabled }}
                                  {{- range $key, $model := .Values.torchserve.models }}
                                  {
                                    name: '{{ $key }}', protocol: torchserve, server: '{{ $.Release.Name }}-torchserve',
                                    versions: [
                                      {{- range $version := $model.versions }}
                                      {{ int64 $version.version }},
                                      {{- end }}
                                    ],
                                    paths: { predict: 'POST /v1/models/{{ $key }}:predict', native: 'POST /predictions/{{ $key }}', status: 'GET /v1/models/{{ $key }}' },
                                    grpc: { service: org.pytorch.serve.grpc.inference.InferenceAPIsService, metadata: 'model: {{ $key }}' },
                                    {{- if hasKey $.Values.inferenceGateway.experiments $key }}
                                    experiment: *experiment-{{ $key }},
                                    {{- end }}
                                  },
                                  {{- end }}
                                  {{- end }}
                                  {{- if .Values.onnx.enabled }}
                                  {{- range $key, $model := .Values.onnx.models }}
                                  {
                                    name: '{{ $key }}', protocol: kserve, server: '{{ $.Release.Name }}-onnx',
                                    versions: [
                                      {{- range $version := $model.versions }}
                                      {{ int64 $version.version }},
                                      {{- end }}
                                    ],
                                    paths: { predict: 'POST /v1/models/{{ $key }}:predict', native: 'POST /v2/models/{{ $key }}/infer', status: 'GET /v1/models/{{ $key }}' },
                                    grpc: { service: inference.GRPCInferenceService, metadata: 'model: {{ $key }}' },
                                    {{- if hasKey $.Values.inferenceGateway.experiments $key }}
                                    experiment: *experiment-{{ $key }},
                                    {{- end }}
                                  },
                                  {{- end }}
                                  {{- end }}
                                  {{- if .Values.tensorrt.enabled }}
                                  {{- range $key, $model := .Values.tensorrt.models }}
                                  {
                                    name: '{{ $key }}', protocol: kserve, server: '{{ $.Release.Name }}-tensorrt',
                                    versions: [
                                      {{- range $version := $model.versions }}
                                      {{ int64 $version.version }},
                                      {{- end }}
                                    ],
                                    paths: { predict: 'POST /v1/models/{{ $key }}:predict', native: 'POST /v2/models/{{ $key }}/infer', status: 'GET /v1/models/{{ $key }}' },
                                    grpc: { service: inference.GRPCInferenceService, metadata: 'model: {{ $key }}' },
                                    {{- if hasKey $.Values.inferenceGateway.experiments $key }}
                                    experiment: *experiment-{{ $key }},
                                    {{- end }}
                                  },
                                  {{- end }}
                                  {{- end }}
                                ]
                        - match: { path: /v1/models }
                          direct_response:
                            status: 405
                            body_format: { content_type: application/json, json_format: { error: 'the path takes GET' } }
                          response_headers_to_add: [ { header: { key: allow, value: GET } } ]
                        {{- if .Values.torchserve.enabled }}
                        {{- range $key, $model := .Values.torchserve.models }}
                        - match: { safe_regex: { regex: '/v1/models/{{ $key }}(/versions/[0-9]+)?(/metadata)?' }, headers: [ { name: ':method', string_match: { exact: GET } } ] }
                          direct_response:
                            status: 200
                            body_format:
                              content_type: application/json
                              json_format:
                                models: [
                                  {
                                    name: '{{ $key }}', protocol: torchserve, server: '{{ $.Release.Name }}-torchserve',
                                    versions: [
                                      {{- range $version := $model.versions }}
                                      {{ int64 $version.version }},
                                      {{- end }}
                                    ],
                                    paths: { predict: 'POST /v1/models/{{ $key }}:predict', native: 'POST /predictions/{{ $key }}', status: 'GET /v1/models/{{ $key }}' },
                                    grpc: { service: org.pytorch.serve.grpc.inference.InferenceAPIsService, metadata: 'model: {{ $key }}' },
                                    {{- if hasKey $.Values.inferenceGateway.experiments $key }}
                                    experiment: *experiment-{{ $key }},
                                    {{- end }}
                                  },
                                ]
                        {{- end }}
                        {{- end }}
                        {{- range $key, $experiment := .Values.inferenceGateway.experiments }}
                        - match: { safe_regex: { regex: '/(v[12]/models/{{ $key }}/(versions|labels)/.*|(predictions|explanations)/{{ $key }}/.+)' } }
                          route:
                            cluster: '{{ $key }}/direct'
                            timeout: {{ int64 $.Values.inferenceGateway.timeoutSeconds }}s
                            retry_policy: *{{ if and $.Values.tensorflowServing.enabled (hasKey $.Values.tensorflowServing.models $key) }}tensorflow-serving{{ else }}{{ if and $.Values.torchserve.enabled (hasKey $.Values.torchserve.models $key) }}torchserve{{ else }}{{ if and $.Values.onnx.enabled (hasKey $.Values.onnx.models $key) }}onnx{{ else }}tensorrt{{ end }}{{ end }}{{ end }}
                          typed_per_filter_config: { envoy.filters.http.lua: { '@type': *lua, filter_context: { name: '{{ $key }}', protocol: {{ if and $.Values.tensorflowServing.enabled (hasKey $.Values.tensorflowServing.models $key) }}tensorflow{{ else }}{{ if and $.Values.torchserve.enabled (hasKey $.Values.torchserve.models $key) }}torchserve{{ else }}{{ if and $.Values.onnx.enabled (hasKey $.Values.onnx.models $key) }}kserve{{ else }}kserve{{ end }}{{ end }}{{ end }}, model: '{{ $key }}' } } }
                        {{- range $key2, $variant := $experiment.variants }}
                        - match: { safe_regex: { regex: '/(v1/models|v2/models|predictions|explanations)/{{ $key }}([/:].*)?' }, headers: [ { name: '{{ $.Values.inferenceGateway.variantHeader }}', string_match: { exact: '{{ $key2 }}' } } ] }
                          route:
                            cluster: '{{ $key }}/{{ $key2 }}'
                            timeout: {{ int64 $.Values.inferenceGateway.timeoutSeconds }}s
                            retry_policy: *{{ if and $.Values.tensorflowServing.enabled (hasKey $.Values.tensorflowServing.models $key) }}tensorflow-serving{{ else }}{{ if and $.Values.torchserve.enabled (hasKey $.Values.torchserve.models $key) }}torchserve{{ else }}{{ if and $.Values.onnx.enabled (hasKey $.Values.onnx.models $key) }}onnx{{ else }}tensorrt{{ end }}{{ end }}{{ end }}
                          response_headers_to_add: [ { header: { key: '{{ $.Values.inferenceGateway.variantHeader }}', value: '{{ $key2 }}' } } ]
                          typed_per_filter_config: { envoy.filters.http.lua: { '@type': *lua, filter_context: { name: '{{ $key }}', protocol: {{ if and $.Values.tensorflowServing.enabled (hasKey $.Values.tensorflowServing.models $key) }}tensorflow{{ else }}{{ if and $.Values.torchserve.enabled (hasKey $.Values.torchserve.models $key) }}torchserve{{ else }}{{ if and $.Values.onnx.enabled (hasKey $.Values.onnx.models $key) }}kserve{{ else }}kserve{{ end }}{{ end }}{{ end }}, model: '{{ $variant.model }}'{{ if $variant.version }}, version: '{{ int64 $variant.version }}'{{ else }}{{ end }} } } }
                        {{- end }}
                        {{- if $experiment.promoted }}
                        {{- range $key2, $variant := $experiment.variants }}
                        {{- if eq $key2 $experiment.promoted }}
                        - match: { safe_regex: { regex: '/(v1/models|v2/models|predictions|explanations)/{{ $key }}([/:].*)?' } }
                          route:
                            cluster: '{{ $key }}/{{ $key2 }}'
                            timeout: {{ int64 $.Values.inferenceGateway.timeoutSeconds }}s
                            retry_policy: *{{ if and $.Values.tensorflowServing.enabled (hasKey $.Values.tensorflowServing.models $key) }}tensorflow-serving{{ else }}{{ if and $.Values.torchserve.enabled (hasKey $.Values.torchserve.models $key) }}torchserve{{ else }}{{ if and $.Values.onnx.enabled (hasKey $.Values.onnx.models $key) }}onnx{{ else }}tensorrt{{ end }}{{ end }}{{ end }}
                          response_headers_to_add: [ { header: { key: '{{ $.Values.inferenceGateway.variantHeader }}', value: '{{ $key2 }}' } } ]
                          typed_per_filter_config: { envoy.filters.http.lua: { '@type': *lua, filter_context: { name: '{{ $key }}', protocol: {{ if and $.Values.tensorflowServing.enabled (hasKey $.Values.tensorflowServing.models $key) }}tensorflow{{ else }}{{ if and $.Values.torchserve.enabled (hasKey $.Values.torchserve.models $key) }}torchserve{{ else }}{{ if and $.Values.onnx.enabled (hasKey $.Values.onnx.models $key) }}kserve{{ else }}kserve{{ end }}{{ end }}{{ end }}, model: '{{ $variant.model }}'{{ if $variant.version }}, version: '{{ int64 $variant.version }}'{{ else }}{{ end }} } } }
                        {{- end }}
                        {{- end }}
                        {{- else }}
                        - match: { safe_regex: { regex: '/(v1/models|v2/models|predictions|explanations)/{{ $key }}([/:].*)?' } }
                          route:
                            weighted_clusters:
                              use_hash_policy: true
                              clusters:
                                {{- range $key2, $variant := $experiment.variants }}
                                - name: '{{ $key }}/{{ $key2 }}'
                                  weight: {{ int64 $variant.weight }}
                                  response_headers_to_add: [ { header: { key: '{{ $.Values.inferenceGateway.variantHeader }}', value: '{{ $key2 }}' } } ]
                                  typed_per_filter_config: { envoy.filters.http.lua: { '@type': *lua, filter_context: { name: '{{ $key }}', protocol: {{ if and $.Values.tensorflowServing.enabled (hasKey $.Values.tensorflowServing.models $key) }}tensorflow{{ else }}{{ if and $.Values.torchserve.enabled (hasKey $.Values.torchserve.models $key) }}torchserve{{ else }}{{ if and $.Values.onnx.enabled (hasKey $.Values.onnx.models $key) }}kserve{{ else }}kserve{{ end }}{{ end }}{{ end }}, model: '{{ $variant.model }}'{{ if $variant.version }}, version: '{{ int64 $variant.version }}'{{ else }}{{ end }} } } }
                                {{- end }}
                            hash_policy:
                              - { header: { header_name: '{{ $.Values.inferenceGateway.clientHeader }}' }, terminal: true }
                              - { connection_properties: { source_ip: true } }
                            timeout: {{ int64 $.Values.inferenceGateway.timeoutSeconds }}s
                            retry_policy: *{{ if and $.Values.tensorflowServing.enabled (hasKey $.Values.tensorflowServing.models $key) }}tensorflow-serving{{ else }}{{ if and $.Values.torchserve.enabled (hasKey $.Values.torchserve.models $key) }}torchserve{{ else }}{{ if and $.Values.onnx.enabled (hasKey $.Values.onnx.models $key) }}onnx{{ else }}tensorrt{{ end }}{{ end }}{{ end }}
                        {{- end }}
                        {{- end }}
                        {{- if .Values.tensorflowServing.enabled }}
                        {{- range $key, $model := .Values.tensorflowServing.models }}
                        - match: { safe_regex: { regex: '/(v1/models|v2/models|predictions|explanations)/{{ $key }}([/:].*)?' } }
                          route:
                            cluster: '{{ $key }}/direct'
                            timeout: {{ int64 $.Values.inferenceGateway.timeoutSeconds }}s
                            retry_policy: *tensorflow-serving
                          typed_per_filter_config: { envoy.filters.http.lua: { '@type': *lua, filter_context: { name: '{{ $key }}', protocol: tensorflow, model: '{{ $key }}' } } }
                        - match: { safe_regex: { regex: '/tensorflow\.serving\.(PredictionService/\w+|ModelService/GetModelStatus)' }, grpc: {}, headers: [ { name: model, string_match: { exact: '{{ $key }}' } } ] }
                          route:
                            cluster: '{{ $key }}/grpc'
                            timeout: {{ int64 $.Values.inferenceGateway.timeoutSeconds }}s
                            retry_policy: *tensorflow-serving
                        - match: { prefix: /, grpc: {}, headers: [ { name: model, string_match: { exact: '{{ $key }}' } } ] }
                          direct_response: { status: 400, body: { inline_string: 'model {{ $key }} is of tensorflow.serving.PredictionService' } }
                        {{- end }}
                        {{- end }}
                        {{- if .Values.torchserve.enabled }}
                        {{- range $key, $model := .Values.torchserve.models }}
                        - match: { safe_regex: { regex: '/(v1/models|v2/models|predictions|explanations)/{{ $key }}([/:].*)?' } }
                          route:
                            cluster: '{{ $key }}/direct'
                            timeout: {{ int64 $.Values.inferenceGateway.timeoutSeconds }}s
                            retry_policy: *torchserve
                          typed_per_filter_config: { envoy.filters.http.lua: { '@type': *lua, filter_context: { name: '{{ $key }}', protocol: torchserve, model: '{{ $key }}' } } }
                        - match: { safe_regex: { regex: '/org\.pytorch\.serve\.grpc\.inference\.InferenceAPIsService/\w+' }, grpc: {}, headers: [ { name: model, string_match: { exact: '{{ $key }}' } } ] }
                          route:
                            cluster: '{{ $key }}/grpc'
                            timeout: {{ int64 $.Values.inferenceGateway.timeoutSeconds }}s
                            retry_policy: *torchserve
                        - match: { prefix: /, grpc: {}, headers: [ { name: model, string_match: { exact: '{{ $key }}' } } ] }
                          direct_response: { status: 400, body: { inline_string: 'model {{ $key }} is of org.pytorch.serve.grpc.inference.InferenceAPIsService' } }
                        {{- end }}
                        {{- end }}
                        {{- if .Values.onnx.enabled }}
                        {{- range $key, $model := .Values.onnx.models }}
                        - match: { safe_regex: { regex: '/(v1/models|v2/models|predictions|explanations)/{{ $key }}([/:].*)?' } }
                          route:
                            cluster: '{{ $key }}/direct'
                            timeout: {{ int64 $.Values.inferenceGateway.timeoutSeconds }}s
                            retry_policy: *onnx
                          typed_per_filter_config: { envoy.filters.http.lua: { '@type': *lua, filter_context: { name: '{{ $key }}', protocol: kserve, model: '{{ $key }}' } } }
                        - match: { safe_regex: { regex: '/inference\.GRPCInferenceService/(Server(Live|Ready|Metadata)|Model(Ready|Metadata|Config|Statistics|Infer|StreamInfer))' }, grpc: {}, headers: [ { name: model, string_match: { exact: '{{ $key }}' } } ] }
                          route:
                            cluster: '{{ $key }}/grpc'
                            timeout: {{ int64 $.Values.inferenceGateway.timeoutSeconds }}s
                            retry_policy: *onnx
                        - match: { prefix: /, grpc: {}, headers: [ { name: model, string_match: { exact: '{{ $key }}' } } ] }
                          direct_response: { status: 400, body: { inline_string: 'model {{ $key }} is of inference.GRPCInferenceService' } }
                        {{- end }}
                        {{- end }}
                        {{- if .Values.tensorrt.enabled }}
                        {{- range $key, $model := .Values.tensorrt.models }}
                        - match: { safe_regex: { regex: '/(v1/models|v2/models|predictions|explanations)/{{ $key }}([/:].*)?' } }
                          route:
                            cluster: '{{ $key }}/direct'
                            timeout: {{ int64 $.Values.inferenceGateway.timeoutSeconds }}s
                            retry_policy: *tensorrt
                          typed_per_filter_config: { envoy.filters.http.lua: { '@type': *lua, filter_context: { name: '{{ $key }}', protocol: kserve, model: '{{ $key }}' } } }
                        - match: { safe_regex: { regex: '/inference\.GRPCInferenceService/(Server(Live|Ready|Metadata)|Model(Ready|Metadata|Config|Statistics|Infer|StreamInfer))' }, grpc: {}, headers: [ { name: model, string_match: { exact: '{{ $key }}' } } ] }
                          route:
                            cluster: '{{ $key }}/grpc'
                            timeout: {{ int64 $.Values.inferenceGateway.timeoutSeconds }}s
                            retry_policy: *tensorrt
                        - match: { prefix: /, grpc: {}, headers: [ { name: model, string_match: { exact: '{{ $key }}' } } ] }
                          direct_response: { status: 400, body: { inline_string: 'model {{ $key }} is of inference.GRPCInferenceService' } }
                        {{- end }}
                        {{- end }}
                        - match: { prefix: /, grpc: {} }
                          direct_response:
                            status: 404
                            body: { inline_string: 'no such model or method; the metadata "model" names the model, and GET /v1/models lists all' }
                        - match: { prefix: / }
                          direct_response:
                            status: 404
                            body_format:
                              content_type: application/json
                              json_format:
                                error: 'no such model or path; GET /v1/models says more of these models'
                                models: [
                                  {{- if .Values.tensorflowServing.enabled }}
                                  {{- range $key, $model := .Values.tensorflowServing.models }}
                                  '{{ $key }}',
                                  {{- end }}
                                  {{- end }}
                                  {{- if .Values.torchserve.enabled }}
                                  {{- range $key, $model := .Values.torchserve.models }}
                                  '{{ $key }}',
                                  {{- end }}
                                  {{- end }}
                                  {{- if .Values.onnx.enabled }}
                                  {{- range $key, $model := .Values.onnx.models }}
                                  '{{ $key }}',
                                  {{- end }}
                                  {{- end }}
                                  {{- if .Values.tensorrt.enabled }}
                                  {{- range $key, $model := .Values.tensorrt.models }}
                                  '{{ $key }}',
                                  {{- end }}
                                  {{- end }}
                                ]
    - name: metrics
      address: { socket_address: { address: 0.0.0.0, port_value: 9902 } }
      ignore_global_conn_limit: true
      bypass_overload_manager: true
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: metrics
                http_filters: [ { name: envoy.filters.http.router, typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router } } ]
                route_config:
                  virtual_hosts:
                    - name: metrics
                      domains: [ '*' ]
                      routes:
                        - match: { path: /stats/prometheus, headers: [ { name: ':method', string_match: { exact: GET } } ] }
                          route: { cluster: admin }
                        - match: { path: /ready, headers: [ { name: ':method', string_match: { exact: GET } } ] }
                          route: { cluster: admin }
  clusters:
    - name: admin
      type: STATIC
      load_assignment: { cluster_name: admin, endpoints: [ { lb_endpoints: [ { endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: 9901 } } } } ] } ] }
    {{- if .Values.tensorflowServing.enabled }}
    {{- range $key, $model := .Values.tensorflowServing.models }}
    - name: '{{ $key }}/direct'
      alt_stat_name: 'tensorflow-serving/{{ $key }}/direct'
      cluster_type: *dns
      connect_timeout: 1s
      per_connection_buffer_limit_bytes: {{ include "cluster-ai.bytes" $.Values.inferenceGateway.retryBufferSize | int64 }}
      lb_policy: LEAST_REQUEST
      load_assignment: { cluster_name: '{{ $key }}/direct', endpoints: [ { lb_endpoints: [ { endpoint: { address: { socket_address: { address: '{{ $.Release.Name }}-tensorflow-serving-headless', port_value: 8501 } } } } ] } ] }
      typed_extension_protocol_options: *http1
      circuit_breakers: *circuit_breakers
      outlier_detection: *outlier_detection
    - name: '{{ $key }}/grpc'
      alt_stat_name: 'tensorflow-serving/{{ $key }}/grpc'
      cluster_type: *dns
      connect_timeout: 1s
      per_connection_buffer_limit_bytes: {{ include "cluster-ai.bytes" $.Values.inferenceGateway.retryBufferSize | int64 }}
      lb_policy: LEAST_REQUEST
      load_assignment: { cluster_name: '{{ $key }}/grpc', endpoints: [ { lb_endpoints: [ { endpoint: { address: { socket_address: { address: '{{ $.Release.Name }}-tensorflow-serving-headless', port_value: 8500 } } } } ] } ] }
      typed_extension_protocol_options: *http2
      circuit_breakers: *circuit_breakers
      outlier_detection: *outlier_detection
    {{- end }}
    {{- end }}
    {{- if .Values.torchserve.enabled }}
    {{- range $key, $model := .Values.torchserve.models }}
    - name: '{{ $key }}/direct'
      alt_stat_name: 'torchserve/{{ $key }}/direct'
      cluster_type: *dns
      connect_timeout: 1s
      per_connection_buffer_limit_bytes: {{ include "cluster-ai.bytes" $.Values.inferenceGateway.retryBufferSize | int64 }}
      lb_policy: LEAST_REQUEST
      load_assignment: { cluster_name: '{{ $key }}/direct', endpoints: [ { lb_endpoints: [ { endpoint: { address: { socket_address: { address: '{{ $.Release.Name }}-torchserve-headless', port_value: 8080 } } } } ] } ] }
      typed_extension_protocol_options: *http1
      circuit_breakers: *circuit_breakers
      outlier_detection: *outlier_detection
    - name: '{{ $key }}/grpc'
      alt_stat_name: 'torchserve/{{ $key }}/grpc'
      cluster_type: *dns
      connect_timeout: 1s
      per_connection_buffer_limit_bytes: {{ include "cluster-ai.bytes" $.Values.inferenceGateway.retryBufferSize | int64 }}
      lb_policy: LEAST_REQUEST
      load_assignment: { cluster_name: '{{ $key }}/grpc', endpoints: [ { lb_endpoints: [ { endpoint: { address: { socket_address: { address: '{{ $.Release.Name }}-torchserve-headless', port_value: 7070 } } } } ] } ] }
      typed_extension_protocol_options: *http2
      circuit_breakers: *circuit_breakers
      outlier_detection: *outlier_detection
    {{- end }}
    {{- end }}
    {{- if .Values.onnx.enabled }}
    {{- range $key, $model := .Values.onnx.models }}
    - name: '{{ $key }}/direct'
      alt_stat_name: 'onnx/{{ $key }}/direct'
      cluster_type: *dns
      connect_timeout: 1s
      per_connection_buffer_limit_bytes: {{ include "cluster-ai.bytes" $.Values.inferenceGateway.retryBufferSize | int64 }}
      lb_policy: LEAST_REQUEST
      load_assignment: { cluster_name: '{{ $key }}/direct', endpoints: [ { lb_endpoints: [ { endpoint: { address: { socket_address: { address: '{{ $.Release.Name }}-onnx-headless', port_value: 8000 } } } } ] } ] }
      typed_extension_protocol_options: *http1
      circuit_breakers: *circuit_breakers
      outlier_detection: *outlier_detection
    - name: '{{ $key }}/grpc'
      alt_stat_name: 'onnx/{{ $key }}/grpc'
      cluster_type: *dns
      connect_timeout: 1s
      per_connection_buffer_limit_bytes: {{ include "cluster-ai.bytes" $.Values.inferenceGateway.retryBufferSize | int64 }}
      lb_policy: LEAST_REQUEST
      load_assignment: { cluster_name: '{{ $key }}/grpc', endpoints: [ { lb_endpoints: [ { endpoint: { address: { socket_address: { address: '{{ $.Release.Name }}-onnx-headless', port_value: 8001 } } } } ] } ] }
      typed_extension_protocol_options: *http2
      circuit_breakers: *circuit_breakers
      outlier_detection: *outlier_detection
    {{- end }}
    {{- end }}
    {{- if .Values.tensorrt.enabled }}
    {{- range $key, $model := .Values.tensorrt.models }}
    - name: '{{ $key }}/direct'
      alt_stat_name: 'tensorrt/{{ $key }}/direct'
      cluster_type: *dns
      connect_timeout: 1s
      per_connection_buffer_limit_bytes: {{ include "cluster-ai.bytes" $.Values.inferenceGateway.retryBufferSize | int64 }}
      lb_policy: LEAST_REQUEST
      load_assignment: { cluster_name: '{{ $key }}/direct', endpoints: [ { lb_endpoints: [ { endpoint: { address: { socket_address: { address: '{{ $.Release.Name }}-tensorrt-headless', port_value: 8000 } } } } ] } ] }
      typed_extension_protocol_options: *http1
      circuit_breakers: *circuit_breakers
      outlier_detection: *outlier_detection
    - name: '{{ $key }}/grpc'
      alt_stat_name: 'tensorrt/{{ $key }}/grpc'
      cluster_type: *dns
      connect_timeout: 1s
      per_connection_buffer_limit_bytes: {{ include "cluster-ai.bytes" $.Values.inferenceGateway.retryBufferSize | int64 }}
      lb_policy: LEAST_REQUEST
      load_assignment: { cluster_name: '{{ $key }}/grpc', endpoints: [ { lb_endpoints: [ { endpoint: { address: { socket_address: { address: '{{ $.Release.Name }}-tensorrt-headless', port_value: 8001 } } } } ] } ] }
      typed_extension_protocol_options: *http2
      circuit_breakers: *circuit_breakers
      outlier_detection: *outlier_detection
    {{- end }}
    {{- end }}
    {{- range $key, $experiment := .Values.inferenceGateway.experiments }}
    {{- range $key2, $variant := $experiment.variants }}
    {{- if and $.Values.tensorflowServing.enabled (hasKey $.Values.tensorflowServing.models $variant.model) }}
    - name: '{{ $key }}/{{ $key2 }}'
      alt_stat_name: 'tensorflow-serving/{{ $key }}/{{ $key2 }}'
      cluster_type: *dns
      connect_timeout: 1s
      per_connection_buffer_limit_bytes: {{ include "cluster-ai.bytes" $.Values.inferenceGateway.retryBufferSize | int64 }}
      lb_policy: LEAST_REQUEST
      load_assignment: { cluster_name: '{{ $key }}/{{ $key2 }}', endpoints: [ { lb_endpoints: [ { endpoint: { address: { socket_address: { address: '{{ $.Release.Name }}-tensorflow-serving-headless', port_value: 8501 } } } } ] } ] }
      typed_extension_protocol_options: *http1
      circuit_breakers: *circuit_breakers
      outlier_detection: *outlier_detection
    {{- end }}
    {{- if and $.Values.torchserve.enabled (hasKey $.Values.torchserve.models $variant.model) }}
    - name: '{{ $key }}/{{ $key2 }}'
      alt_stat_name: 'torchserve/{{ $key }}/{{ $key2 }}'
      cluster_type: *dns
      connect_timeout: 1s
      per_connection_buffer_limit_bytes: {{ include "cluster-ai.bytes" $.Values.inferenceGateway.retryBufferSize | int64 }}
      lb_policy: LEAST_REQUEST
      load_assignment: { cluster_name: '{{ $key }}/{{ $key2 }}', endpoints: [ { lb_endpoints: [ { endpoint: { address: { socket_address: { address: '{{ $.Release.Name }}-torchserve-headless', port_value: 8080 } } } } ] } ] }
      typed_extension_protocol_options: *http1
      circuit_breakers: *circuit_breakers
      outlier_detection: *outlier_detection
    {{- end }}
    {{- if and $.Values.onnx.enabled (hasKey $.Values.onnx.models $variant.model) }}
    - name: '{{ $key }}/{{ $key2 }}'
      alt_stat_name: 'onnx/{{ $key }}/{{ $key2 }}'
      cluster_type: *dns
      connect_timeout: 1s
      per_connection_buffer_limit_bytes: {{ include "cluster-ai.bytes" $.Values.inferenceGateway.retryBufferSize | int64 }}
      lb_policy: LEAST_REQUEST
      load_assignment: { cluster_name: '{{ $key }}/{{ $key2 }}', endpoints: [ { lb_endpoints: [ { endpoint: { address: { socket_address: { address: '{{ $.Release.Name }}-onnx-headless', port_value: 8000 } } } } ] } ] }
      typed_extension_protocol_options: *http1
      circuit_breakers: *circuit_breakers
      outlier_detection: *outlier_detection
    {{- end }}
    {{- if and $.Values.tensorrt.enabled (hasKey $.Values.tensorrt.models $variant.model) }}
    - name: '{{ $key }}/{{ $key2 }}'
      alt_stat_name: 'tensorrt/{{ $key }}/{{ $key2 }}'
      cluster_type: *dns
      connect_timeout: 1s
      per_connection_buffer_limit_bytes: {{ include "cluster-ai.bytes" $.Values.inferenceGateway.retryBufferSize | int64 }}
      lb_policy: LEAST_REQUEST
      load_assignment: { cluster_name: '{{ $key }}/{{ $key2 }}', endpoints: [ { lb_endpoints: [ { endpoint: { address: { socket_address: { address: '{{ $.Release.Name }}-tensorrt-headless', port_value: 8000 } } } } ] } ] }
      typed_extension_protocol_options: *http1
      circuit_breakers: *circuit_breakers
      outlier_detection: *outlier_detection
    {{- end }}
    {{- end }}
    {{- end }}
{{- end }}
