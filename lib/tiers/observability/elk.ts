import type { Construct } from 'constructs';
import type { Input } from '../../values/expression';
import { and } from '../../values/logic';
import { Elasticsearch, type ElasticsearchProps } from './elasticsearch';
import { Kibana, type KibanaProps } from './kibana';
import { Logstash, type LogstashProps } from './logstash';

/** Props of `Elk`. */
export interface ElkProps {
  /** Without it none of them is there. @default - see elasticsearchDefaults */
  readonly elasticsearch?: ElasticsearchProps;
  /** What Logstash is to have beside its defaults. @default - see logstashDefaults */
  readonly logstash?: Omit<LogstashProps, 'elasticsearch'>;
  /** What Kibana is to have beside its defaults. @default - see kibanaDefaults */
  readonly kibana?: Omit<KibanaProps, 'elasticsearch'>;
}

/**
 * Elasticsearch, Logstash and Kibana, connected: three tiers of the scope, with the ids `elasticsearch`, `logstash` and
 * `kibana`. What sends to Logstash is the Filebeat of the system node-agents.
 *
 * ```ts
 * const { elasticsearch, kibana } = new Elk(chart, { elasticsearch: { replicas: 3 }, kibana: { replicas: 2 } });
 * ```
 */
export class Elk {
  /** Where logs are kept. */
  readonly elasticsearch: Elasticsearch;
  /** What reads them. */
  readonly logstash: Logstash;
  /** Where they are looked at. */
  readonly kibana: Kibana;

  constructor(scope: Construct, { elasticsearch = {}, logstash = {}, kibana = {} }: ElkProps = {}) {
    const where = (enabled: Input<boolean> = true) => and(elasticsearch.enabled ?? true, enabled);
    this.elasticsearch = new Elasticsearch(scope, 'elasticsearch', elasticsearch);
    this.logstash = new Logstash(scope, 'logstash', {
      ...logstash,
      enabled: where(logstash.enabled),
      elasticsearch: this.elasticsearch.clientFor('logstash_writer'),
    });
    this.logstash.connectTo(this.elasticsearch);
    this.kibana = new Kibana(scope, 'kibana', {
      ...kibana,
      enabled: where(kibana.enabled),
      elasticsearch: this.elasticsearch,
    });
  }
}
