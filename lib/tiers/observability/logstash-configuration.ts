/** The files of a Logstash beside its pipelines: its settings, which pipelines there are, and what it logs itself. */
import type { Input } from '../../values/expression';
import { bytes, divide } from '../../values/numbers';
import type { Text } from '../../values/parts';
import { text } from '../../values/text';
import { DATA, PIPELINES } from './logstash-pipelines';

export const API_PORT = 9600;
export const SETTINGS = '/etc/logstash';
/** Seconds between two looks at pipelines and certificates. A ConfigMap itself takes up to a minute to arrive. */
const RELOAD_SECONDS = 30;
const MEBIBYTE = 2 ** 20;

/**
 * Of the volume, a tenth for the queue of each of six pipelines, and a twentieth for the dead letters of each: a tenth is
 * left. `ssl.reload.automatic` is there since 9.5.
 * https://www.elastic.co/docs/reference/logstash/logstash-settings-file
 */
export function logstashYml(storage: Input<string>): Text {
  return text`
    # Written by cdk8s-tiers. Whatever is not said here is as in Logstash's documentation of logstash.yml.
    path.data: ${DATA}
    # Only who is let in by the NetworkPolicy reaches it: nobody but the kubelet.
    api.http.host: 0.0.0.0
    api.http.port: ${API_PORT}
    config.reload.automatic: true
    config.reload.interval: ${RELOAD_SECONDS}s
    ssl.reload.automatic: true
    pipeline.ecs_compatibility: v8
    queue.type: persisted
    queue.max_bytes: ${divide(bytes(storage), MEBIBYTE * 10)}mb
    dead_letter_queue.enable: true
    dead_letter_queue.max_bytes: ${divide(bytes(storage), MEBIBYTE * 20)}mb
    # Rather the newest errors than the oldest: what they say is the same.
    dead_letter_queue.storage_policy: drop_older
    log.format: json
  `;
}

export const pipelinesYml: Text = text`
  # Written by cdk8s-tiers.
  ${PIPELINES.map(
    (pipeline) => text`
      - pipeline.id: ${pipeline}
        path.config: ${SETTINGS}/pipelines/${pipeline}.conf
    `,
  )}
`;

/**
 * To standard output alone, a line of JSON each. The kubelet's probe opens and closes connections without a word, which the
 * Beats input would note each time; and the Elasticsearch output would write whole documents where one is refused.
 */
export const log4j2: Text = text`
  # Written by cdk8s-tiers.
  status = error
  name = Logstash

  appender.console.type = Console
  appender.console.name = console
  appender.console.layout.type = JSONLayout
  appender.console.layout.compact = true
  appender.console.layout.eventEol = true

  rootLogger.level = info
  rootLogger.appenderRef.console.ref = console

  logger.beats.name = org.logstash.beats.BeatsHandler
  logger.beats.level = error
  logger.elasticsearch.name = logstash.outputs.elasticsearch
  logger.elasticsearch.level = error
`;
