/** A system that holds every kind of part once, to try both readings where the reference systems may not go. */
import { Chart } from 'cdk8s';
import { Construct } from 'constructs';
import { z } from 'zod';
import { demand } from '../../lib/objects/checks';
import { onlyWhen } from '../../lib/objects/conditions';
import { KubeObject } from '../../lib/objects/kube-object';
import { fingerprint } from '../../lib/values/fingerprint';
import * as choice from '../../lib/values/choice';
import * as collections from '../../lib/values/collections';
import * as hashes from '../../lib/values/hashes';
import * as logic from '../../lib/values/logic';
import * as numbers from '../../lib/values/numbers';
import * as texts from '../../lib/values/texts';
import { passage } from '../../lib/values/passage';
import { type Values, references, release } from '../../lib/values/reference';
import { checksum, text } from '../../lib/values/text';
import {
  type ListInput,
  type MapInput,
  each,
  eachEntry,
  eachPair,
  entry,
  fragment,
  keep,
  late,
  merge,
  times,
  when,
  whenSet,
} from '../../lib/values/tree';

const op = { ...choice, ...collections, ...hashes, ...logic, ...numbers, ...texts };

const { str } = op;
const odd = z.string().max(400);

export const specimenSchema = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether the second part is there.'),
  count: z.int().min(0).max(5).default(2).describe('Items of a list.'),
  port: z.int().min(1).max(2_000_000).default(8080).describe('A whole number that may exceed a million.'),
  offset: z.int().min(-1000).max(1000).default(0).describe('A whole number that may be negative.'),
  rate: z.number().min(0).max(999_999).default(0.5).describe('A number with a fraction.'),
  mode: z.enum(['on', 'off', 'auto']).default('auto').describe('Words that YAML reads as booleans.'),
  note: odd.default('').describe('Any text.'),
  memory: z
    .string()
    .regex(/^[1-9][0-9]{0,3}(Ki|Mi|Gi)$/)
    .default('512Mi')
    .describe('A quantity.'),
  className: odd.nullable().default(null).describe('A text, or null.'),
  limit: z.int().min(0).max(2_000_000).nullable().default(null).describe('A number, or null.'),
  hosts: z
    .array(z.strictObject({ name: odd, port: z.int().min(0).max(2_000_000), path: odd.nullish() }))
    .max(4)
    .default([{ name: 'a', port: 1 }])
    .describe('Hosts.'),
  words: z.array(odd).default([]).describe('Texts.'),
  labels: z.record(z.string(), odd).default({}).describe('Labels.'),
  settings: z
    .record(z.string().regex(/^[a-z_]+$/), z.strictObject({ value: odd, secret: z.boolean() }))
    .default({ a_b: { value: 'x', secret: false } })
    .describe('Settings by name.'),
  nested: z.strictObject({
    active: z.boolean().default(false).describe('A condition below another.'),
    replicas: z.int().min(1).max(50).default(1).describe('A number in a section.'),
    free: z
      .lazy(() => z.json())
      .default({})
      .describe('Any map.'),
  }),
});

interface PartsProps {
  readonly hosts: ListInput<{ readonly name: string; readonly port: number; readonly path?: string | null }>;
  readonly words: ListInput<string>;
  readonly settings: MapInput<{ readonly value: string; readonly secret: boolean }>;
}

const limits = fragment(
  'limits',
  'Requests and limits.',
  { memory: z.string(), replicas: z.int().min(1) },
  ({ memory, replicas }) => ({ memory, share: op.divide(op.bytes(memory), replicas) }),
);

export class Specimen extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const v = references(specimenSchema);
    new Parts(new Construct(this, 'first'), 'parts', v);
    const second = new Construct(this, 'second');
    onlyWhen(second, v.enabled);
    new Parts(second, 'parts', v);
    demand(
      second,
      op.atMost(op.multiply(v.nested.replicas, v.count), 200),
      str`replicas ${v.nested.replicas} × count ${v.count} exceeds 200; lower one of them`,
    );
    demand(
      second,
      op.not(op.and(v.nested.active, op.equals(v.mode, 'off'))),
      str`nested.active with mode "${v.mode}"; set mode to auto`,
    );
  }
}

class Parts extends Construct {
  constructor(
    scope: Construct,
    id: string,
    v: Values<typeof specimenSchema>,
    { hosts, words, settings }: PartsProps = v,
  ) {
    super(scope, id);
    const name = str`${release.name}-${scope.node.id}`;
    const metadata = { name, labels: { app: name, mode: v.mode } };
    const hostLines = each(hosts, (host, index) => text`host ${index} ${host.port} of ${v.port}`);
    const nested = text`
      nested ${v.nested.replicas}
        ${hostLines}
      done
    `;
    const rules = passage<readonly unknown[]>(
      `rules-${scope.node.id}`,
      'Lines that a file and a list have.',
      text`
        - name: "on"
          port: ${v.port}
          words: |
            ${v.memory} {{ not.ours }} {${v.mode}}

              indented

            last
        ${when(v.nested.active, text`- {}`)}
        ${times(v.count, (index) => text`- ${index}`)}
      `,
    );
    const file = text`
      # first line of \${HOME}
      port = ${v.port}
        indented ${v.memory} {{ not.ours }} {${v.mode}}

        ${when(v.nested.active, nested, text`alone`)}
      ${times(v.count, (index) => text`item ${index}`)}
      ${rules}
          ${rules}
      end "${v.offset}" \n
    `;
    const spec = {
      plain: v.mode,
      note: v.note,
      port: v.port,
      offset: v.offset,
      sum: op.add(v.port, v.offset),
      quotient: op.divide(v.offset, 7),
      rate: v.rate,
      more: op.choose(op.atLeast(v.port, 1_000_000), v.note, 'fewer'),
      text: str`${v.note}:${v.port}/${v.rate}`,
      literal: '{{ yes }}',
      yes: 'yes',
      className: whenSet(v.className),
      limit: whenSet(v.limit),
      either: when(v.nested.active, { on: v.nested.replicas }, { off: v.count }),
      onlyOn: when(v.nested.active, { replicas: v.nested.replicas, limit: whenSet(v.limit) }),
      maybeEmpty: { limit: whenSet(v.limit), className: whenSet(v.className) },
      kept: keep({ limit: whenSet(v.limit) }),
      empty: {},
      words: v.words,
      keptWords: keep([...each(words, (word) => word)]),
      labels: v.labels,
      free: v.nested.free,
      merged: merge(
        { own: v.note, 'own.also': whenSet(v.className) },
        eachEntry(settings, (key, setting) => [str`set-${key}`, setting.value]),
      ),
      entries: merge<Record<string, number | string>>(
        entry<number | string>(v.mode, v.port),
        when<Record<string, number | string>>(v.nested.active, entry<number | string>(str`port-${v.port}`, v.note)),
      ),
      limits: limits({ memory: v.memory, replicas: v.nested.replicas }),
      late: late(() => ({ port: v.port })),
      said: rules,
      hash: op.hashOfValue(v.labels),
      list: [
        'first',
        when(v.enabled, v.note),
        when(v.nested.active, ['two', 'three']),
        ...each(hosts, (host) => ({
          name: host.name,
          port: host.port,
          path: whenSet(host.path),
          total: op.add(host.port, v.port),
        })),
        ...eachPair(settings, (key, setting) => ({
          name: key,
          value: setting.value,
          from: when(setting.secret, { secret: key }),
        })),
        ...times(v.count, (index) => str`${release.name}-${index}`),
        rules,
        when<readonly unknown[]>(v.nested.active, rules),
        { limit: whenSet(v.limit), last: true },
      ],
    };
    new KubeObject(this, 'parts', { apiVersion: 'example.com/v1', kind: 'Parts', metadata, spec });
    new KubeObject(this, 'config', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name,
        annotations: { checksum: checksum(file), fingerprint: fingerprint(() => spec) },
      },
      data: { 'a.conf': file, literal: 'a\nb: {{ c }}\n' },
    });
  }
}
