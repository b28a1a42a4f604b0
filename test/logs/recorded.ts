/** Logs that programs wrote with what is generated for them: see test/programs/logs.test.ts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Container } from './filebeat';
import { generated } from './generated';
import { type Document, documentsOf } from './pipelines';

export type Recorded = 'nginx' | 'postgres';

const read = (name: Recorded): string => readFileSync(join(__dirname, `recorded/${name}.log`), 'utf8');

export const recordings: Readonly<Record<Recorded, string>> = { nginx: read('nginx'), postgres: read('postgres') };

const containers: Readonly<Record<Recorded, Container>> = {
  nginx: container('cluster-ai-frontend-7f6b-q9x8z', 'nginx', 'frontend', 'web'),
  postgres: container('cluster-ai-postgres-primary-0', 'postgres', 'postgres', 'primary'),
};

function container(pod: string, name: string, tier: string, component: string): Container {
  const labels = {
    'app.kubernetes.io/instance': 'cluster-ai',
    'app.kubernetes.io/name': tier,
    'app.kubernetes.io/component': component,
  };
  return { namespace: 'cluster-ai', pod, container: name, labels };
}

const files = generated();

export async function documentsOfRecorded(name: Recorded, output: string): Promise<readonly Document[]> {
  return documentsOf(files, containers[name], output.replace(/\n$/, '').split('\n'));
}
