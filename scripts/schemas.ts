// JSON schemas for kubeconform: the core objects from the OpenAPI document in the Go module k8s.io/kubernetes, and the
// CRDs of a folder. All are strict: a field that the API does not know is an error, and so is null.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

/** The oldest Kubernetes that is supported, and the one that the cluster tests run. */
export const versions = ['1.30.14', '1.34.4'];
const recipe = createHash('sha256').update(readFileSync(__filename)).digest('hex').slice(0, 12);
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'cdk8s-tiers', 'schemas', recipe);

const Schema = z.record(z.string(), z.unknown());
type Schema = z.infer<typeof Schema>;

const Swagger = z.object({ definitions: z.record(z.string(), Schema) });
const Kinds = z.array(z.object({ group: z.string(), version: z.string(), kind: z.string() }));
const Crd = z.object({
  kind: z.literal('CustomResourceDefinition'),
  spec: z.object({
    group: z.string(),
    names: z.object({ kind: z.string() }),
    versions: z.array(z.object({ name: z.string(), schema: z.object({ openAPIV3Schema: Schema }) })),
  }),
});

/** The schema, closed: what is not named in `properties` is refused. */
function strict(schema: Schema): Schema {
  if (schema.format === 'int-or-string' || schema['x-kubernetes-int-or-string'] === true) {
    return { type: ['integer', 'string'] };
  }
  const closed: Schema = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'properties') {
      closed.properties = Object.fromEntries(
        Object.entries(Schema.parse(value)).map(([name, property]) => [name, strict(Schema.parse(property))]),
      );
    } else if (key === 'items' || key === 'not' || (key === 'additionalProperties' && typeof value === 'object')) {
      closed[key] = strict(Schema.parse(value));
    } else if (key === 'type' && schema.nullable === true) {
      closed.type = [value, 'null'];
    } else if (key !== 'description' && key !== 'nullable' && !key.startsWith('x-')) {
      closed[key] = value;
    }
  }
  const open = 'additionalProperties' in schema || schema['x-kubernetes-preserve-unknown-fields'] === true;
  if ('properties' in schema && !open) closed.additionalProperties = false;
  return closed;
}

/** A top-level object of one kind; `metadata` of a CRD is left to the API server there and is open here. */
function ofKind(schema: Schema, apiVersion: string, kind: string): Schema {
  const properties = Schema.parse(schema.properties);
  return {
    ...schema,
    properties: { ...properties, apiVersion: { const: apiVersion }, kind: { const: kind } },
    required: [...new Set([...z.array(z.string()).parse(schema.required ?? []), 'apiVersion', 'kind', 'metadata'])],
  };
}

/** The definitions that a schema refers to, directly or through others. */
function referred(schema: Schema, definitions: Record<string, Schema>, found: Record<string, Schema> = {}) {
  for (const [, name = ''] of JSON.stringify(schema).matchAll(/"#\/definitions\/([^"]+)"/g)) {
    const definition = definitions[name];
    if (definition === undefined || name in found) continue;
    found[name] = definition;
    referred(definition, definitions, found);
  }
  return found;
}

function writeCore(version: string): void {
  const folder = join(cache, `v${version}`);
  if (existsSync(folder)) return;
  const download = ['mod', 'download', '-json', `k8s.io/kubernetes@v${version}`];
  const { Dir } = z.object({ Dir: z.string() }).parse(JSON.parse(execFileSync('go', download, { encoding: 'utf8' })));
  const swagger = readFileSync(join(Dir, 'api', 'openapi-spec', 'swagger.json'), 'utf8');
  const { definitions: open } = Swagger.parse(JSON.parse(swagger));
  const definitions = Object.fromEntries(Object.entries(open).map(([name, schema]) => [name, strict(schema)]));
  definitions['io.k8s.apimachinery.pkg.api.resource.Quantity'] = { type: ['number', 'string'] };

  const staged = `${folder}.${process.pid}`;
  mkdirSync(staged, { recursive: true });
  for (const [name, schema] of Object.entries(open)) {
    const kinds = Kinds.safeParse(schema['x-kubernetes-group-version-kind']).data ?? [];
    const [only, ...more] = kinds;
    const definition = definitions[name];
    // DeleteOptions and WatchEvent belong to every group and are never in a manifest.
    if (only === undefined || more.length > 0 || definition?.properties === undefined) continue;
    const { group, version, kind } = only;
    const object = ofKind(definition, group === '' ? version : `${group}/${version}`, kind);
    const suffix = group === '' ? version : `${group.split('.')[0]}-${version}`;
    const text = JSON.stringify({ ...object, definitions: referred(object, definitions) });
    writeFileSync(join(staged, `${kind}-${suffix}.json`.toLowerCase()), text);
  }
  renameSync(staged, folder);
}

function writeCrds(source: string): void {
  const folder = join(cache, 'crds');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.yaml'));
  for (const file of files) {
    for (const document of parseAllDocuments(readFileSync(join(source, file), 'utf8'))) {
      const { group, names, versions } = Crd.parse(document.toJS()).spec;
      for (const { name, schema } of versions) {
        const object = ofKind(strict(schema.openAPIV3Schema), `${group}/${name}`, names.kind);
        const text = JSON.stringify({ ...object, properties: { ...Schema.parse(object.properties), metadata: {} } });
        writeFileSync(join(folder, `${group}_${names.kind}_${name}.json`.toLowerCase()), text);
      }
    }
  }
}

/** Writes what is missing and returns kubeconform's `-schema-location` patterns. */
export function schemaLocations(crds: string): string[] {
  versions.forEach(writeCore);
  writeCrds(crds);
  return [
    join(cache, '{{.NormalizedKubernetesVersion}}', '{{.ResourceKind}}{{.KindSuffix}}.json'),
    join(cache, 'crds', '{{.Group}}_{{.ResourceKind}}_{{.ResourceAPIVersion}}.json'),
  ];
}
