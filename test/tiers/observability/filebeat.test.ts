import { parse } from 'yaml';
import { Filebeat, type FilebeatProps } from '../../../lib/tiers/observability/filebeat';
import { jsonExporterDefaults } from '../../../lib/tiers/observability/json-exporter';
import { find, image, synth } from '../web/plain-app';
import { podSettings, resources } from '../web/pod-settings';

const { tolerations: _tolerations, ...nodeSettings } = podSettings;
const shop = (props: FilebeatProps = {}) => synth((chart) => new Filebeat(chart, 'filebeat', props));
const full: Required<FilebeatProps> = {
  ...nodeSettings,
  enabled: true,
  logstash: { namespace: 'logs', release: 'blue' },
  namespaces: ['shop', 'bank'],
  existingSecret: 'authority',
  resources: resources('1'),
  image: image('filebeat'),
  exporter: { image: image('exporter'), resources: jsonExporterDefaults.resources },
};
const objects = shop();
const { template } = find(objects, 'DaemonSet', 'shop-filebeat').spec as {
  readonly template: { readonly metadata: object; readonly spec: object };
};

describe('Filebeat', () => {
  it('is no root, but in its group, which may read the files of the kubelet', () => {
    expect(template.spec).toMatchObject({
      securityContext: { runAsNonRoot: true, runAsUser: 10_001, supplementalGroups: [0] },
      containers: [
        { name: 'filebeat', securityContext: { capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true } },
        { name: 'exporter' },
      ],
    });
  });

  it('reads the logs of the node without writing, and keeps on the node how far it has come', () => {
    expect(template.spec).toMatchObject({
      volumes: expect.arrayContaining([
        { name: 'logs', hostPath: { path: '/var/log/pods', type: 'Directory' } },
        { name: 'registry', hostPath: { path: '/var/lib/shop-filebeat', type: 'DirectoryOrCreate' } },
      ]) as unknown,
      containers: [
        {
          volumeMounts: expect.arrayContaining([
            { name: 'logs', mountPath: '/var/log/pods', readOnly: true },
            { name: 'registry', mountPath: '/usr/share/filebeat/data' },
          ]) as unknown,
        },
        {},
      ],
    });
  });

  it('has its folder opened to it by root without any capability, which sees nothing else', () => {
    expect(template.spec).toMatchObject({
      initContainers: [
        {
          name: 'registry',
          command: ['chmod', '0770', '/usr/share/filebeat/data'],
          securityContext: { runAsUser: 0, runAsNonRoot: false, capabilities: { drop: ['ALL'] } },
          volumeMounts: [{ name: 'registry', mountPath: '/usr/share/filebeat/data' }],
        },
      ],
    });
  });

  it('may look at pods, and at nothing else', () => {
    const { rules } = find(objects, 'ClusterRole', 'shop-filebeat') as unknown as { readonly rules: unknown };
    expect(rules).toEqual([{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }]);
  });

  it('sends to Logstash alone, by TLS, whose certificate it checks', () => {
    const yml = parse(find(objects, 'ConfigMap', 'shop-filebeat').data?.['filebeat.yml'] ?? '') as Record<
      string,
      unknown
    >;
    expect(Object.keys(yml).filter((key) => key.startsWith('output.'))).toEqual(['output.logstash']);
    expect(yml['output.logstash']).toEqual({
      hosts: ['cluster-ai-logstash.cluster-ai.svc:5044'],
      ttl: '5m',
      pipelining: 0,
      'ssl.certificate_authorities': ['/run/secrets/logstash/ca.crt'],
      'ssl.verification_mode': 'full',
    });
  });

  it('forgets a file no sooner than it ignores it, as Filebeat demands', () => {
    const yml = parse(find(objects, 'ConfigMap', 'shop-filebeat').data?.['filebeat.yml'] ?? '') as {
      readonly 'filebeat.inputs': readonly [{ readonly ignore_older: string; readonly clean_inactive: string }];
    };
    const [{ ignore_older, clean_inactive }] = yml['filebeat.inputs'];
    // And the seconds between two looks at the folder, ten by default.
    expect(parseInt(clean_inactive) * 3600).toBeGreaterThan(parseInt(ignore_older) * 3600 + 10);
  });

  it('shows its statistics by way of the exporter beside it', () => {
    expect(template.metadata).toMatchObject({
      annotations: {
        'prometheus.io/port': '7979',
        'prometheus.io/path': '/probe',
        'prometheus.io/param_target': 'http://127.0.0.1:5066/stats',
      },
    });
  });

  it('is what its snapshots say, with defaults and with every prop', () => {
    expect(objects).toMatchSnapshot('defaults');
    expect(shop(full)).toMatchSnapshot('every prop');
  });

  it('changes with every prop', () => {
    const before = JSON.stringify(objects);
    for (const key of Object.keys(full) as (keyof FilebeatProps)[]) {
      expect([key, JSON.stringify(shop({ [key]: { ...full, enabled: false }[key] })) === before]).toEqual([key, false]);
    }
  });
});
