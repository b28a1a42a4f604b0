// Checks every manifest of dist/ and everything that the charts render from their ci/ values: against the schemas of
// Kubernetes and of the CRDs, by kube-score, by `helm lint --strict`, and by Prometheus's own programs. Prints what is
// wrong; exits 1 if anything is.
//   PATH=$(scripts/tools):$PATH node -r ./scripts/register scripts/validate.ts [folder of CRDs]
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { checkObservability } from './observability';
import { schemaLocations, versions } from './schemas';

const root = resolve(__dirname, '..');
const ok = 10;

const Exemptions = z.array(z.strictObject({ check: z.string(), object: z.string(), reason: z.string() }));
const Scores = z.array(
  z.object({
    object_meta: z.object({ name: z.string() }),
    type_meta: z.object({ kind: z.string() }),
    checks: z.array(
      z.object({
        check: z.object({ id: z.string() }),
        grade: z.number(),
        skipped: z.boolean(),
        comments: z.array(z.object({ path: z.string(), summary: z.string() })).nullable(),
      }),
    ),
  }),
);

interface Rendered {
  readonly name: string;
  readonly manifests: string;
}

function run(command: string, args: readonly string[], input?: string): { status: number; stdout: string } {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8', input });
  if (error) throw error;
  if (stderr !== '') process.stderr.write(stderr);
  return { status: status ?? 1, stdout };
}

function folders(path: string): string[] {
  return readdirSync(join(root, path), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [`${path}/${entry.name}`] : [],
  );
}

function render(name: string, command: string, args: readonly string[]): Rendered {
  const { status, stdout } = run(command, args);
  if (status !== 0) throw new Error(`${name}: ${command} ${args.join(' ')} failed`);
  return { name, manifests: stdout };
}

function renderAll(): Rendered[] {
  const environments = folders('dist').flatMap((system) => folders(system));
  const built = environments.map((path) => render(path, 'kustomize', ['build', path]));
  const charts = folders('charts').flatMap((chart) => {
    const name = chart.slice('charts/'.length);
    return readdirSync(join(root, chart, 'ci')).map((file) =>
      render(`${chart}/ci/${file}`, 'helm3', ['template', name, chart, '-n', name, '-f', `${chart}/ci/${file}`]),
    );
  });
  return [...built, ...charts];
}

function conform(rendered: Rendered, locations: readonly string[]): string[] {
  return versions.flatMap((version) => {
    const schemas = locations.flatMap((location) => ['-schema-location', location]);
    const { status, stdout } = run('kubeconform', ['-kubernetes-version', version, ...schemas], rendered.manifests);
    return status === 0 ? [] : [`${rendered.name}, Kubernetes ${version}: ${stdout.trim()}`];
  });
}

/** kube-score's findings, as `<check> <kind>/<name> <path>: <summary>`, less the exempt ones, which it adds to `used`. */
function score(rendered: Rendered, exemptions: z.infer<typeof Exemptions>, used: Set<number>): string[] {
  const { stdout } = run('kube-score', ['score', '--output-format', 'json', '-'], rendered.manifests);
  return Scores.parse(JSON.parse(stdout)).flatMap(({ object_meta, type_meta, checks }) =>
    checks.flatMap(({ check, grade, skipped, comments }) => {
      if (skipped || grade >= ok) return [];
      const object = `${rendered.name} ${type_meta.kind}/${object_meta.name}`;
      const exempt = exemptions.findIndex((e) => e.check === check.id && new RegExp(e.object).test(object));
      if (exempt >= 0) {
        used.add(exempt);
        return [];
      }
      const reasons = (comments ?? []).map(({ path, summary }) => [path, summary].filter((s) => s !== '').join(': '));
      return [`${object}: ${check.id}: ${reasons.join('; ')}`];
    }),
  );
}

function lint(): string[] {
  return folders('charts').flatMap((chart) =>
    ['helm3', 'helm4'].flatMap((helm) => {
      const { status, stdout } = run(helm, ['lint', '--strict', '--quiet', chart]);
      return status === 0 ? [] : [`${chart}: ${helm} lint --strict: ${stdout.trim()}`];
    }),
  );
}

function main(crds: string): void {
  const locations = schemaLocations(crds);
  const exemptions = Exemptions.parse(parse(readFileSync(join(__dirname, 'kube-score.yaml'), 'utf8')));
  const used = new Set<number>();
  const rendered = renderAll();
  const findings = rendered.flatMap((each) => [...conform(each, locations), ...score(each, exemptions, used)]);
  const stale = exemptions.filter((_, index) => !used.has(index));
  const all = [
    ...findings,
    ...lint(),
    ...checkObservability(folders('dist').flatMap((system) => folders(system))),
    ...stale.map((e) => `kube-score.yaml: ${e.check} on ${e.object} exempts nothing`),
  ];
  all.forEach((finding) => {
    console.error(finding);
  });
  console.log(`validated ${rendered.length} sets of manifests: ${all.length} findings`);
  process.exitCode = all.length === 0 ? 0 : 1;
}

main(resolve(process.argv[2] ?? join(root, '..', 'shared', 'crds')));
