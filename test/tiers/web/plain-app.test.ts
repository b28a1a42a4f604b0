import { App, Chart } from 'cdk8s';
import { parseAllDocuments } from 'yaml';
import { Postgres } from '../../../lib/tiers/data/postgres';
import { RedisCluster } from '../../../lib/tiers/data/redis-cluster';
import { Prometheus } from '../../../lib/tiers/observability/prometheus';
import { Api } from '../../../lib/tiers/web/api';
import { Frontend } from '../../../lib/tiers/web/frontend';
import { image, synth } from './plain-app';

function build(chart: Chart): void {
  const api = new Api(chart, 'backend', { image: image('backend') });
  new Frontend(chart, 'frontend', { image: image('frontend'), proxy: { '/api/': api } });
  new Postgres(chart, 'postgres', { database: 'orders' });
  new RedisCluster(chart, 'redis', {});
  new Prometheus(chart, 'prometheus', {});
}

test('the YAML of a plain app says what its objects say, configuration and scripts too', () => {
  const app = new App();
  build(new Chart(app, 'shop'));
  expect(parseAllDocuments(app.synthYaml()).map((document) => document.toJS() as unknown)).toEqual(synth(build));
});
