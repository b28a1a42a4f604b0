/** What Helm stores of a release has room in the one Secret that it has: a mebibyte, with everything switched on. */
import { gzipSync } from 'node:zlib';
import { App } from 'cdk8s';
import { chartFiles } from '../../lib/output/helm/package';
import { Manifests } from '../../lib/output/manifests';
import { emitStream } from '../../lib/output/yaml';
import { ClusterAi } from '../../lib/systems/cluster-ai/cluster-ai';
import { environmentsIn, valuesOf } from '../../lib/systems/environment';
import { NodeAgents } from '../../lib/systems/node-agents/node-agents';
import { isObject } from '../../lib/values/json';
import type { JsonObject } from '../../lib/values/expression';

/** The most that the API server takes for the data of a Secret: corev1.MaxSecretSize. */
const MOST = 2 ** 20;
/** Of that, what later parts of a system may still take. */
const ROOM = 0.2;
/** Switches of parts that exclude others: those are larger. */
const EXCLUDED = ['prometheus.operator'];
const app = new App();
const systems = [new ClusterAi(app), new NodeAgents(app)];

describe.each(systems.map((system) => [system.systemName, system] as const))('%s', (name, system) => {
  const production = environmentsIn(system.environments).find((environment) => environment.name === 'production');
  const values = everythingOn(valuesOf(system.schema, production ?? { file: 'none', source: '' }));

  it('is a release that fits into its Secret with everything on', () => {
    const stored = releaseSecret(values);
    expect(stored).toBeGreaterThan(20_000);
    expect(stored).toBeLessThan(MOST * (1 - ROOM));
  });

  /**
   * Bytes of the release as Helm stores it: JSON with all files of the chart but those that it ignores, the values and what was rendered, packed by
   * gzip, in base64. Helm packs as well as it can; what is chosen here is the least that its packer could do.
   */
  function releaseSecret(config: JsonObject): number {
    const files = chartFiles(system, new Map());
    const ignored = (files.get('.helmignore') ?? '').split('\n').filter((line) => line.endsWith('/'));
    const rendered = new Manifests(system).evaluate(config, { name, namespace: name });
    const encoded = (isWanted: (file: string) => boolean) =>
      [...files]
        .filter(([file]) => isWanted(file))
        .map(([file, data]) => ({ name: file, data: Buffer.from(data).toString('base64') }));
    const release = {
      name,
      info: { notes: 'x'.repeat(4096) },
      chart: {
        metadata: files.get('Chart.yaml'),
        templates: encoded((file) => file.startsWith('templates/')),
        values: files.get('values.yaml'),
        schema: Buffer.from(files.get('values.schema.json') ?? '').toString('base64'),
        files: encoded((file) => !file.startsWith('templates/') && !ignored.some((folder) => file.startsWith(folder))),
      },
      config,
      manifest: [...rendered.values()].map((objects) => emitStream(objects)).join('---\n'),
      version: 1,
      namespace: name,
    };
    return Buffer.byteLength(gzipSync(JSON.stringify(release), { level: 6 }).toString('base64'));
  }
});

/** The values with every part switched on. */
function everythingOn(values: JsonObject, path: readonly string[] = []): JsonObject {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      if (key === 'enabled' && value === false && !EXCLUDED.includes(path.join('.'))) return [key, true];
      return [key, isObject(value) ? everythingOn(value, [...path, key]) : value];
    }),
  );
}
