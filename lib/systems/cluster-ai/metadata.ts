import type { ChartMetadata } from '../../output/helm/source';
import { changesOf, version } from '../release';

const REPOSITORY = 'https://github.com/cdk8s-tiers/cdk8s-tiers';

export const clusterAiMetadata: ChartMetadata = {
  description: 'A web product with an API, PostgreSQL behind PgBouncer, and Redis, hardened and sized for production.',
  version,
  keywords: ['fastapi', 'nginx', 'pgbouncer', 'postgresql', 'redis-cluster'],
  home: REPOSITORY,
  sources: [REPOSITORY],
  icon: 'https://raw.githubusercontent.com/cdk8s-tiers/cdk8s-tiers/main/docs/icon.svg',
  maintainers: [{ name: 'cdk8s-tiers', url: REPOSITORY }],
  category: 'database',
  changes: changesOf('cluster-ai'),
  links: {
    Documentation: `${REPOSITORY}/tree/main/docs`,
    'Plain manifests': `${REPOSITORY}/tree/main/dist/cluster-ai`,
  },
};
