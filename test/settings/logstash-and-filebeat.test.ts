/** That every setting of Filebeat and Logstash is one that their documentation names: neither runs here and would say so. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { images } from '../../lib/images';
import { type Section, parsePipeline, pluginsOf } from '../logs/conf';
import { generated } from '../logs/generated';

const Source = z.url({ protocol: /^https$/, hostname: /^(www\.elastic\.co|github\.com)$/ });
const List = z.strictObject({ source: Source, settings: z.array(z.string()).min(1) });
const Plugins = z.record(z.string(), List);
const Logstash = z.strictObject({
  program: z.string(),
  common: z.strictObject({ input: List, filter: List, output: List }),
  input: Plugins,
  filter: Plugins,
  output: Plugins,
  files: Plugins,
});
const Filebeat = z.strictObject({
  program: z.string(),
  files: z.strictObject({ 'filebeat.yml': z.array(List.extend({ below: z.string() })) }),
});

const read = (name: string): unknown => parse(readFileSync(join(__dirname, `${name}.yaml`), 'utf8'));
const logstash = Logstash.parse(read('logstash'));
const filebeat = Filebeat.parse(read('filebeat'));
const { conf, filebeatYml, settings } = generated();
const SECTIONS: readonly Section[] = ['input', 'filter', 'output'];

/** Whether one of some names, in which a star stands for one part, is this. */
function isNamed(names: readonly string[], name: string): boolean {
  return names.some((known) => new RegExp(`^${known.replaceAll('.', '\\.').replaceAll('*', '[^.]+')}$`).test(name));
}

/** The settings of a file by their dotted names, whichever way they are nested; lists are gone through. */
function namesIn(value: unknown, path = ''): readonly string[] {
  const below = (key: string): string => (path === '' ? key : `${path}.${key}`);
  if (Array.isArray(value)) {
    const maps = value.filter((item) => typeof item === 'object' && item !== null);
    return maps.length === 0 ? [path] : maps.flatMap((item) => namesIn(item, path));
  }
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, inner]) => namesIn(inner, below(key)));
}

describe('settings of Logstash', () => {
  const used = Object.entries(conf).flatMap(([file, source]) => {
    const pipeline = parsePipeline(source);
    return SECTIONS.flatMap((section) => pluginsOf(pipeline[section]).map((plugin) => ({ file, section, ...plugin })));
  });

  it.each(Object.keys(conf))('in %s are all documented', (name) => {
    const unknown = used
      .filter(({ file }) => file === name)
      .flatMap(({ section, plugin, settings: own }) => {
        const known = [...logstash.common[section].settings, ...(logstash[section][plugin]?.settings ?? [])];
        const names = logstash[section][plugin] === undefined ? [''] : [...own.keys()];
        return names.filter((setting) => !known.includes(setting)).map((setting) => `${section} ${plugin} ${setting}`);
      });
    expect(unknown).toEqual([]);
  });

  it.each(['logstash.yml', 'pipelines.yml'])('in %s are all documented', (file) => {
    const known = logstash.files[file]?.settings ?? [];
    expect(namesIn(parse(settings[file] ?? '')).filter((name) => !isNamed(known, name))).toEqual([]);
  });

  it('in log4j2.properties are all of the forms that Logstash’s own has', () => {
    const lines = (settings['log4j2.properties'] ?? '').split('\n').filter((line) => /^\w/.test(line));
    const names = lines.map((line) => line.split(' = ')[0] ?? '');
    const known = logstash.files['log4j2.properties']?.settings ?? [];
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => !isNamed(known, name))).toEqual([]);
  });

  it('name each plugin by an id of its own, by which statistics tell it apart', () => {
    const ids = used.flatMap(({ settings: own }) => {
      const id = own.get('id');
      return typeof id === 'string' ? [id] : [];
    });
    expect(new Set(ids).size).toBe(ids.length);
    const needed = used.filter(({ section, plugin }) => section !== 'filter' || plugin !== 'mutate');
    expect(needed.filter(({ settings: own }) => !own.has('id'))).toEqual([]);
  });
});

describe('settings of Filebeat', () => {
  const lists = filebeat.files['filebeat.yml'];
  const known = lists.flatMap(({ below, settings: own }) => own.map((name) => `${below}.${name}`));

  it('are all documented', () => {
    const names = namesIn(parse(filebeatYml));
    expect(names.length).toBeGreaterThan(30);
    expect(names.filter((name) => !isNamed(known, name))).toEqual([]);
  });

  it('that nobody documents would be found', () => {
    const misspelt = namesIn(
      parse(filebeatYml.replace('clean_removed', 'clean_remove').replace('pipelining:', 'pipeline:')),
    );
    expect(misspelt.filter((name) => !isNamed(known, name))).toEqual([
      'filebeat.inputs.clean_remove',
      'output.logstash.pipeline',
    ]);
  });
});

test('inventories are of the versions whose images are pinned', () => {
  expect([logstash.program, filebeat.program]).toEqual([
    `logstash ${images.logstash.tag}`,
    `filebeat ${images.filebeat.tag}`,
  ]);
});
