import { App, Chart } from 'cdk8s';
import { Elk, type ElkProps } from '../../../lib/tiers/observability/elk';
import { Objects } from '../data/objects';

function synth(props: ElkProps = {}): Objects {
  const chart = new Chart(new App(), 'shop');
  new Elk(chart, props);
  return new Objects(chart);
}

const running = (props: ElkProps): readonly string[] =>
  synth(props).names.filter((name) => /^(StatefulSet|Deployment)\//.test(name));

describe('Elk', () => {
  test('is three tiers of the chart, by their own names', () => {
    expect([...running({})].sort()).toEqual([
      'Deployment/shop-elasticsearch-exporter',
      'Deployment/shop-kibana',
      'StatefulSet/shop-elasticsearch',
      'StatefulSet/shop-logstash',
    ]);
  });

  test('lets Logstash and Kibana reach Elasticsearch', () => {
    const { ingress } = synth().get('NetworkPolicy', 'shop-elasticsearch').spec ?? {};
    const clients = ingress?.map(({ from }) => from?.[0]?.podSelector?.matchLabels?.['app.kubernetes.io/name']);
    expect(clients).toEqual(['elasticsearch', 'elasticsearch', 'elasticsearch', 'logstash', 'kibana']);
  });

  test('leaves out what is off, and everything without Elasticsearch', () => {
    const withoutKibana = running({ kibana: { enabled: false } });
    expect(withoutKibana).not.toContain('Deployment/shop-kibana');
    expect(withoutKibana).toContain('StatefulSet/shop-logstash');
    expect(running({ logstash: { enabled: false } })).not.toContain('StatefulSet/shop-logstash');
    expect(synth({ elasticsearch: { enabled: false } }).names).toEqual([]);
  });

  test('gives each tier its own props', () => {
    const objects = synth({ elasticsearch: { replicas: 3 }, logstash: { replicas: 2 }, kibana: { replicas: 4 } });
    expect(objects.get('StatefulSet', 'shop-elasticsearch').spec?.replicas).toBe(3);
    expect(objects.get('StatefulSet', 'shop-logstash').spec?.replicas).toBe(2);
    expect(objects.get('Deployment', 'shop-kibana').spec?.replicas).toBe(4);
  });
});
