import type { ChartMetadata } from '../../output/helm/source';
import { changesOf, version } from '../release';

const REPOSITORY = 'https://github.com/cdk8s-tiers/cdk8s-tiers';

export const nodeAgentsMetadata: ChartMetadata = {
  description:
    'What runs once in a cluster: node exporter, kube-state-metrics, Filebeat, and a small Prometheus that collects what nodes say of containers.',
  version,
  keywords: ['filebeat', 'kube-state-metrics', 'logs', 'monitoring', 'node-exporter', 'prometheus'],
  home: REPOSITORY,
  sources: [REPOSITORY],
  icon: 'https://raw.githubusercontent.com/cdk8s-tiers/cdk8s-tiers/main/docs/icon.svg',
  maintainers: [{ name: 'cdk8s-tiers', url: REPOSITORY }],
  category: 'monitoring-logging',
  changes: changesOf('node-agents'),
  links: {
    Documentation: `${REPOSITORY}/tree/main/docs`,
    'Plain manifests': `${REPOSITORY}/tree/main/dist/node-agents`,
  },
};
