/** The files of a Filebeat and of a Logstash, as they are generated. */
import { Elasticsearch } from '../../lib/tiers/observability/elasticsearch';
import { Filebeat } from '../../lib/tiers/observability/filebeat';
import { Logstash, type LogstashProps } from '../../lib/tiers/observability/logstash';
import { find, synth } from '../tiers/web/plain-app';
import { type Files, filesOf } from './pipelines';

export interface Generated extends Files {
  readonly conf: Readonly<Record<string, string>>;
  /** logstash.yml, pipelines.yml and log4j2.properties. */
  readonly settings: Readonly<Record<string, string>>;
}

export function generated(props: Partial<LogstashProps> = {}): Generated {
  const objects = synth((chart) => {
    const elasticsearch = new Elasticsearch(chart, 'elasticsearch');
    new Logstash(chart, 'logstash', { elasticsearch: elasticsearch.clientFor('logstash_writer'), ...props });
    new Filebeat(chart, 'filebeat');
  });
  const { data: conf = {} } = find(objects, 'ConfigMap', 'shop-logstash-pipelines');
  const { data: settings = {} } = find(objects, 'ConfigMap', 'shop-logstash');
  const filebeatYml = find(objects, 'ConfigMap', 'shop-filebeat').data?.['filebeat.yml'] ?? '';
  return { ...filesOf(filebeatYml, conf), conf, settings };
}
