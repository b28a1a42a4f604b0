/** filebeat.yml: which files are read, which lines belong together, what is added to them, and where they go. */
import type { Input } from '../../values/expression';
import type { Text } from '../../values/parts';
import { text } from '../../values/text';
import { type ListInput, each } from '../../values/tree';
import type { JsonMetric } from './json-exporter';
import { BEATS_PORT } from './logstash-pipelines';

export const HTTP_PORT = 5066;
/** The kubelet's folder, with one for each container: `<namespace>_<pod>_<uid>/<container>/<restarts>.log`. */
export const LOGS = '/var/log/pods';
export const REGISTRY = '/usr/share/filebeat/data';
export const CA_FOLDER = '/run/secrets/logstash';

/** Lines longer than 1 MiB are cut, and say so in log.flags. */
const MAX_BYTES = 1_048_576;
/**
 * Bytes by which a file is known, whatever it is called: the least that Filebeat takes. Every line begins with a time in
 * nanoseconds, so that no two files are alike. A file that has fewer waits for more.
 */
const FINGERPRINT_BYTES = 64;
/** Lines of one event, after which the next begins. */
const MAX_LINES = 500;

/**
 * A line that belongs to the one before: it is indented, as by PostgreSQL, Java and Python, or it is part of how Python ends
 * a traceback. Everything else begins anew, so that no line disappears in one that it has nothing to do with.
 */
const CONTINUED = [
  String.raw`^\s`,
  '^$',
  '^During handling of the above exception, another exception occurred:',
  '^The above exception was the direct cause of the following exception:',
  '^Caused by: ',
  String.raw`^[A-Za-z_][A-Za-z0-9_.]*(Error|Exception|ExceptionGroup|Exit|Interrupt|StopIteration|Warning)(: |$)`,
].join('|');

export interface FilebeatYml {
  /** Namespaces whose pods' logs are read. */
  readonly namespaces: ListInput<string>;
  /** Logstash's name in DNS. */
  readonly host: Input<string>;
}

/** Settings: https://www.elastic.co/docs/reference/beats/filebeat/filebeat-input-filestream and its neighbours. */
export function filebeatYml({ namespaces, host }: FilebeatYml): Text {
  return text`
    # Written by cdk8s-tiers. Whatever is not said here is as in Filebeat's documentation.
    filebeat.inputs:
      - type: filestream
        id: pods
        paths:
          ${each(
            namespaces,
            (namespace) => text`
              - "${LOGS}/${namespace}_*/*/*.log"
              # Rotated, until the kubelet compresses it.
              - "${LOGS}/${namespace}_*/*/*.log.*[0-9]"
            `,
          )}
        prospector.scanner.fingerprint.enabled: true
        prospector.scanner.fingerprint.length: ${FINGERPRINT_BYTES}
        file_identity.fingerprint: ~
        # A pod's last lines are read to the end though its files are gone.
        close.on_state_change.removed: false
        clean_removed: false
        ignore_older: 48h
        clean_inactive: 72h
        message_max_bytes: ${MAX_BYTES}
        parsers:
          - container:
              stream: all
              format: cri
          - multiline:
              type: pattern
              pattern: '${CONTINUED}'
              negate: false
              match: after
              max_lines: ${MAX_LINES}
              timeout: 5s

    processors:
      - add_kubernetes_metadata:
          node: \${NODE_NAME}
          scope: node
          use_kubeadm: false
          # Nothing is sent without the labels by which Logstash tells kinds of logs apart.
          wait_for_metadata: true
          wait_for_metadata_timeout: 0
          default_indexers.enabled: false
          default_matchers.enabled: false
          indexers:
            - pod_uid:
          matchers:
            - logs_path:
                logs_path: ${LOGS}/
                resource_type: pod
          add_resource_metadata:
            namespace:
              enabled: false
            node:
              enabled: false
            deployment: false
            cronjob: false

    output.logstash:
      hosts: ["${host}:${BEATS_PORT}"]
      # Filebeats spread anew over Logstash's pods, which needs a connection without pipelining.
      ttl: 5m
      pipelining: 0
      ssl.certificate_authorities: ["${CA_FOLDER}/ca.crt"]
      ssl.verification_mode: full

    http.enabled: true
    http.host: 0.0.0.0
    http.port: ${HTTP_PORT}
    logging.level: info
    logging.metrics.enabled: false
  `;
}

/** What Filebeat's statistics say: https://www.elastic.co/docs/reference/beats/filebeat/http-endpoint */
export const filebeatMetrics: readonly JsonMetric[] = [
  {
    name: 'filebeat_events_active',
    help: 'Lines that were read, and that Logstash has not taken.',
    type: 'gauge',
    path: '.libbeat.pipeline.events.active',
  },
  {
    name: 'filebeat_events_acked_total',
    help: 'Lines that Logstash has taken.',
    type: 'counter',
    path: '.libbeat.output.events.acked',
  },
  {
    name: 'filebeat_events_failed_total',
    help: 'Lines that had to be sent again.',
    type: 'counter',
    path: '.libbeat.output.events.failed',
  },
  {
    name: 'filebeat_events_dropped_total',
    help: 'Lines that were given up.',
    type: 'counter',
    path: '.libbeat.output.events.dropped',
  },
  {
    name: 'filebeat_open_files',
    help: 'Files that are being read.',
    type: 'gauge',
    path: '.filebeat.harvester.open_files',
  },
];
