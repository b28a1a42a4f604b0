/** What a Filebeat with some filebeat.yml makes of a container's file: its parsers, and what it adds to a line. */
import { parse } from 'yaml';
import { z } from 'zod';
import { Event, type Field } from './event';

const Yml = z.object({
  'filebeat.inputs': z.tuple([
    z.object({
      type: z.literal('filestream'),
      paths: z.array(z.string()),
      message_max_bytes: z.number(),
      parsers: z.tuple([
        z.strictObject({ container: z.strictObject({ stream: z.literal('all'), format: z.literal('cri') }) }),
        z.strictObject({
          multiline: z.strictObject({
            type: z.literal('pattern'),
            pattern: z.string(),
            negate: z.literal(false),
            match: z.literal('after'),
            max_lines: z.number(),
            timeout: z.string(),
          }),
        }),
      ]),
    }),
  ]),
});

export interface Container {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** The recommended labels of the pod. */
  readonly labels: Readonly<Record<string, string>>;
}

/** When the first line was written; each further one a second later. */
const START = Date.UTC(2026, 10, 21, 12, 0, 0, 123);

/** The lines of a container as the container runtime writes them; a long one in parts, as containerd does at 16 KiB. */
export function criFile(lines: readonly string[], partBytes = 16_384): string {
  return lines
    .flatMap((line, index) => {
      const time = new Date(START + index * 1000).toISOString().replace('Z', '456789Z');
      const parts = line.match(new RegExp(`[\\s\\S]{1,${partBytes}}`, 'g')) ?? [''];
      return parts.map((part, i) => `${time} stderr ${i < parts.length - 1 ? 'P' : 'F'} ${part}\n`);
    })
    .join('');
}

/** Whether the file is one of those that are read. */
export function isRead(yml: string, path: string): boolean {
  const [{ paths }] = Yml.parse(parse(yml))['filebeat.inputs'];
  // As Go's filepath.Glob: a star never goes beyond a slash.
  const globs = paths.map((glob) => new RegExp(`^${glob.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`));
  return globs.some((glob) => glob.test(path));
}

export function pathOf({ namespace, pod, container }: Container): string {
  return `/var/log/pods/${namespace}_${pod}_0f1e2d3c-0000-4000-8000-123456789abc/${container}/0.log`;
}

export function eventsOf(yml: string, of: Container, content: string): readonly Event[] {
  const [{ parsers }] = Yml.parse(parse(yml))['filebeat.inputs'];
  const [, { multiline }] = parsers;
  const continued = new RegExp(multiline.pattern);
  const events: { time: string; lines: string[]; offset: number }[] = [];
  let offset = 0;
  let partial = '';
  for (const raw of content.split('\n').slice(0, -1)) {
    const [, time = '', flag, text = ''] = /^(\S+) (?:stdout|stderr) ([FP]) (.*)$/.exec(raw) ?? [];
    partial += text;
    if (flag === 'F') {
      const last = events.at(-1);
      if (last && continued.test(partial) && last.lines.length < multiline.max_lines) last.lines.push(partial);
      else events.push({ time, lines: [partial], offset });
      partial = '';
    }
    offset += Buffer.byteLength(raw) + 1;
  }
  return events.map(({ time, lines, offset: at }) => new Event(event(of, time, lines, at)));
}

function event(of: Container, time: string, lines: readonly string[], offset: number): Record<string, Field> {
  return {
    '@timestamp': new Date(time).toISOString(),
    '@metadata': { beat: 'filebeat', type: '_doc', version: '9.5.3' },
    message: lines.join('\n'),
    stream: 'stderr',
    log: {
      offset,
      file: { path: pathOf(of), device_id: '2049', inode: '1310', fingerprint: 'a8f5f167f44f4964' },
      ...(lines.length > 1 ? { flags: ['multiline'] } : {}),
    },
    input: { type: 'filestream' },
    agent: { id: '7b', name: 'node', type: 'filebeat', version: '9.5.3', ephemeral_id: '7c' },
    ecs: { version: '8.0.0' },
    host: { name: 'node' },
    container: { id: 'c0ffee', runtime: 'containerd', image: { name: 'image:1' } },
    kubernetes: {
      namespace: of.namespace,
      node: { name: 'node' },
      pod: { name: of.pod, uid: '0f1e2d3c-0000-4000-8000-123456789abc', ip: '10.0.0.7' },
      container: { name: of.container },
      replicaset: { name: 'of' },
      labels: {
        ...Object.fromEntries(Object.entries(of.labels).map(([key, value]) => [key.replaceAll('.', '_'), value])),
        'pod-template-hash': '5c9d',
      },
    },
  };
}
