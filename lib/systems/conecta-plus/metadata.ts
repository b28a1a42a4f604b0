import type { ChartMetadata } from '../../output/helm/source';
import { changesOf, version } from '../release';

const REPOSITORY = 'https://github.com/cdk8s-tiers/cdk8s-tiers';

export const conectaPlusMetadata: ChartMetadata = {
  description:
    'An administrative platform behind nginx: an API, PostgreSQL with a replica, Redis with Sentinel and an object store, sized by its users.',
  version,
  keywords: ['fastapi', 'minio', 'nginx', 'postgresql', 'redis-sentinel'],
  home: REPOSITORY,
  sources: [REPOSITORY],
  icon: 'https://raw.githubusercontent.com/cdk8s-tiers/cdk8s-tiers/main/docs/icon.svg',
  maintainers: [{ name: 'cdk8s-tiers', url: REPOSITORY }],
  category: 'database',
  changes: changesOf('conecta-plus'),
  links: {
    Documentation: `${REPOSITORY}/tree/main/docs`,
    'Plain manifests': `${REPOSITORY}/tree/main/dist/conecta-plus`,
  },
};
