/** Every image, pinned by tag: the one place to raise a version. */
import type { Image } from './workload/platform';

type Pinned = { readonly [K in keyof Image]: Extract<Image[K], string | null> };

export const images = {
  // https://github.com/nginx/nginx-prometheus-exporter/releases
  nginxExporter: { registry: 'docker.io', repository: 'nginx/nginx-prometheus-exporter', tag: '1.5.1', digest: null },
  // https://hub.docker.com/_/postgres, Dockerfile 17/trixie: user 999, bash, coreutils, sed.
  postgres: { registry: 'docker.io', repository: 'library/postgres', tag: '17.11-trixie', digest: null },
  // https://github.com/cloudnative-pg/pgbouncer-containers: Debian, so sh, coreutils and sed; user 998, any other will do.
  pgbouncer: {
    registry: 'ghcr.io',
    repository: 'cloudnative-pg/pgbouncer',
    tag: '1.26.0-202610011121-trixie',
    digest: null,
  },
  // https://github.com/prometheus-community/pgbouncer_exporter: user nobody, one program.
  pgbouncerExporter: {
    registry: 'docker.io',
    repository: 'prometheuscommunity/pgbouncer-exporter',
    tag: 'v0.12.0',
    digest: null,
  },
} as const satisfies Readonly<Record<string, Pinned>>;
