/**
 * What Prometheus's own programs say of the configuration and rules in dist/: `promtool check config` and `check rules`,
 * `promtool test rules` for every alert, `amtool check-config` and `amtool config routes test`. Gives what is wrong.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { promtoolTests } from '../test/rules/cases';
import { testedRules } from '../test/rules/tested';

const ConfigMaps = z.array(
  z.object({
    kind: z.string(),
    metadata: z.object({ name: z.string() }),
    data: z.record(z.string(), z.string()).optional(),
  }),
);

const Rules = z.object({
  groups: z
    .array(
      z.object({
        name: z.string(),
        rules: z.array(z.object({ alert: z.string().optional(), labels: z.record(z.string(), z.string()).optional() })),
      }),
    )
    .nullable(),
});

/** Who is told of an alert with these labels. */
const ROUTES: readonly (readonly [labels: readonly string[], receiver: string])[] = [
  [['alertname=Watchdog', 'severity=none'], 'watchdog'],
  [['alertname=PostgresDown', 'severity=critical', 'tier=postgres'], 'critical'],
  [['alertname=RedisMemoryHigh', 'severity=warning'], 'warning'],
  [['alertname=ApiThroughputLow', 'severity=info'], 'info'],
  [['alertname=SomebodyElses', 'severity=page'], 'nobody'],
];

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** @param dist folders of manifests, such as `dist/cluster-ai/production` */
export function checkObservability(dist: readonly string[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'observability-'));
  try {
    const inDist = dist.flatMap((path) => checkFiles(path, dataOf(readManifests(path)), join(folder, path)));
    return [...inDist, ...testRules(folder)];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function readManifests(path: string): unknown {
  const { stdout } = spawnSync('kustomize', ['build', path], { encoding: 'utf8' });
  return parseAllDocuments(stdout).map((document) => document.toJS() as unknown);
}

/** The files of all ConfigMaps, by name: of Prometheus, its rules, and Alertmanager. */
function dataOf(manifests: unknown): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const maps = ConfigMaps.parse(manifests).filter(({ kind }) => kind === 'ConfigMap');
  return new Map(maps.map(({ metadata, data }) => [metadata.name, data ?? {}]));
}

function checkFiles(
  path: string,
  data: ReadonlyMap<string, Readonly<Record<string, string>>>,
  folder: string,
): readonly string[] {
  mkdirSync(folder, { recursive: true });
  const findings: string[] = [];
  const check = (command: string, ...args: readonly string[]): void => {
    const said = complaint(command, args);
    if (said !== undefined) findings.push(`${path}: ${command} ${args.slice(0, 3).join(' ')}: ${said}`);
  };
  const filesOf = (suffix: string): Readonly<Record<string, string>> =>
    [...data].find(([name]) => name.endsWith(suffix))?.[1] ?? {};
  const written = (files: Readonly<Record<string, string>>): readonly string[] =>
    Object.entries(files).map(([name, content]) => {
      const file = join(folder, name);
      writeFileSync(file, content.replaceAll('/etc/prometheus-rules/', `${folder}/`).replaceAll(ACCOUNT, folder));
      return file;
    });
  // promtool asks whether they are there.
  written({ token: '', 'ca.crt': '' });
  for (const file of written(filesOf('-prometheus-rules'))) check('promtool', 'check', 'rules', '--lint=all', file);
  for (const file of written(filesOf('-prometheus'))) check('promtool', 'check', 'config', file);
  for (const file of written(filesOf('-alertmanager'))) {
    check('amtool', 'check-config', file);
    for (const [labels, receiver] of ROUTES) {
      check('amtool', 'config', 'routes', 'test', `--config.file=${file}`, `--verify.receivers=${receiver}`, ...labels);
    }
  }
  return findings;
}

/** Every alert of every system. */
function testRules(folder: string): readonly string[] {
  return testedRules().flatMap(({ release, files: rules }, index) => {
    const own = join(folder, `tests-${index}`);
    mkdirSync(own);
    const files = new Map(Object.keys(rules).map((name) => [name.replace('.yaml', ''), join(own, name)]));
    for (const [name, content] of Object.entries(rules)) writeFileSync(join(own, name), content);
    return [...files.keys()].flatMap((group) => testGroup(group, files, release, join(own, `${group}.test`)));
  });
}

function testGroup(
  group: string,
  files: ReadonlyMap<string, string>,
  release: string,
  test: string,
): readonly string[] {
  const { groups } = Rules.parse(parse(readFileSync(files.get(group) ?? '', 'utf8')));
  const alerts = (groups ?? []).flatMap(({ rules }) =>
    rules.flatMap(({ alert, labels }) => (alert === undefined ? [] : [{ alert, labels: labels ?? {} }])),
  );
  return promtoolTests(group, alerts, files, release).flatMap((content, index) => {
    const path = `${test}-${index}.yaml`;
    writeFileSync(path, content);
    const said = complaint('promtool', ['test', 'rules', path]);
    return said === undefined ? [] : [`rules of ${release}, ${group}: ${said}`];
  });
}

function complaint(command: string, args: readonly string[]): string | undefined {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (error) throw error;
  return status === 0 ? undefined : `${stdout}\n${stderr}`.trim();
}

if (require.main === module) {
  const findings = checkObservability(process.argv.slice(2));
  for (const finding of findings) console.error(finding);
  console.log(`observability: ${findings.length} findings`);
  process.exitCode = findings.length === 0 ? 0 : 1;
}
