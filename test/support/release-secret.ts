/** What Helm stores of a release: one Secret, which has room for a mebibyte. */
import { gzipSync } from 'node:zlib';
import { chartFiles } from '../../lib/output/helm/package';
import type { ChartSource } from '../../lib/output/helm/source';
import { Manifests } from '../../lib/output/manifests';
import { emitDocument } from '../../lib/output/yaml';
import type { JsonObject } from '../../lib/values/expression';
import { parseValues } from '../../lib/values/load';

/** The most that the API server takes for the data of a Secret: corev1.MaxSecretSize. */
export const MOST = 2 ** 20;

const TIME = '2026-01-01T00:00:00.123456789Z';

/**
 * Bytes of a release as Helm 4 stores it: JSON with what was given and rendered, the chart's metadata and defaults as
 * they were parsed, and its other files in base64, packed by gzip, in base64. Helm 3 stores 0.3 % less.
 * test/e2e/development-release.test.ts compares this with what Helm has stored.
 *
 * @param values all values, defaults included
 * @param given what the values files say
 */
export function releaseSecretBytes(source: ChartSource, values: JsonObject, given: JsonObject): number {
  const name = source.systemName;
  const files = new Map([...chartFiles(source, new Map())].sort(([a], [b]) => (a < b ? -1 : 1)));
  const taken = (file: string): string => {
    const content = files.get(file) ?? '';
    files.delete(file);
    return content;
  };
  const [metadata, defaults] = ['Chart.yaml', 'values.yaml'].map((file) => parseValues(taken(file), file));
  const schema = base64(taken('values.schema.json'));
  const stored = [...files].map(([file, content]) => ({ name: file, modtime: TIME, data: base64(content) }));
  const isTemplate = (file: { readonly name: string }) => file.name.startsWith('templates/');
  const rendered = [...new Manifests(source).evaluate(values, { name, namespace: name }).values()].flat();
  const release = {
    name,
    info: { first_deployed: TIME, last_deployed: TIME, status: 'deployed', notes: 'x'.repeat(4096) },
    chart: {
      metadata,
      lock: null,
      templates: stored.filter(isTemplate),
      values: defaults,
      schema,
      schemamodtime: TIME,
      files: stored.filter((file) => !isTemplate(file)),
      modtime: TIME,
    },
    config: given,
    manifest: rendered.map((object) => `---\n# Source: ${name}/templates/a/b.yaml\n${emitDocument(object)}`).join(''),
    version: 1,
    namespace: name,
    apply_method: 'ssa',
  };
  return Buffer.byteLength(gzipSync(JSON.stringify(release), { level: 9 }).toString('base64'));
}

function base64(content: string): string {
  return Buffer.from(content).toString('base64');
}
