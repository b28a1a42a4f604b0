/** Contenders run equally often, finish, and write all objects, or have no time. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Contender } from '../../bench/contenders';
import { type Rules, completed, measure, timesOf } from '../../bench/measure';
import type { Command } from '../../bench/run';

const folder = mkdtempSync(join(tmpdir(), 'bench-measure-'));
afterAll(() => rmSync(folder, { recursive: true }));

const task = { subject: '2', system: 'fleet', folder };
const rules: Rules = { runs: 3, limit: 60, progress: () => undefined };
const impatient: Rules = { ...rules, limit: 0.2 };

const script = (text: string): Command => ({ program: 'sh', args: ['-c', text] });
const contender = (text: string, into?: string): Contender => ({
  name: 'a contender',
  from: 'objects',
  sizes: [2],
  ...(into === undefined ? {} : { into }),
  command: () => script(text),
});

const OBJECTS = String.raw`kind: Pod\n---\nkind: Service\n`;
const ONE_OBJECT = String.raw`kind: Namespace\n---\nkind: Kustomization\n---\nkind: Pod\n`;
const PHASES = `echo '{"phases":{"constructing":0.5,"emitting":1},"megabytes":40}'`;
const into = (yaml: string): string =>
  `mkdir -p ${folder}/out/below; printf '${yaml}' > ${folder}/out/below/a.yaml; ${PHASES}`;

describe('measure', () => {
  test('runs a contender that writes to its standard output as often as it is told', async () => {
    const { whole, megabytes } = await measure(contender(`printf '${OBJECTS}'`), task, 2, rules);
    expect(whole?.runs).toBe(3);
    expect(megabytes).toEqual(expect.any(Number));
  });

  test('takes the work and the memory that a contender says, and removes what it wrote', async () => {
    const measured = await measure(contender(into(OBJECTS), 'out'), task, 2, rules);
    expect(measured).toMatchObject({
      contender: 'a contender',
      objects: 2,
      whole: { runs: 3 },
      work: { best: 1.5, worst: 1.5, runs: 3 },
      phases: { constructing: 0.5, emitting: 1 },
      megabytes: 40,
    });
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });

  test('has no time for a contender that writes fewer objects to its standard output', async () => {
    await expect(measure(contender(`printf '${ONE_OBJECT}'`), task, 2, rules)).rejects.toThrow(
      'a contender wrote 1 objects of 2',
    );
  });

  test('has no time for a contender that writes fewer objects into its folder', async () => {
    await expect(measure(contender(into(ONE_OBJECT), 'out'), task, 2, rules)).rejects.toThrow(
      'a contender wrote 1 objects of 2',
    );
  });

  test('has no time for a contender that does not finish', async () => {
    expect(await measure(contender('sleep 60'), task, 2, impatient)).toEqual({
      contender: 'a contender',
      subject: '2',
      objects: 2,
      stoppedAfter: 0.2,
    });
  });

  test('has the time of the runs that were finished before one was not', async () => {
    const once = join(folder, 'once');
    const slower = `[ ! -e ${once} ] || sleep 60; touch ${once}; printf '${ONE_OBJECT}'`;
    expect(await measure(contender(slower), task, 1, { ...rules, limit: 1 })).toMatchObject({
      whole: { runs: 1 },
      stoppedAfter: 1,
    });
  });
});

describe('a command', () => {
  test('has the times of as many runs as it is told', async () => {
    expect((await timesOf(script('true'), rules)).runs).toBe(3);
  });

  test('that is ended for taking too long has no time', async () => {
    await expect(timesOf(script('sleep 60'), impatient)).rejects.toThrow('sh -c sleep 60: not within 0.2 s');
    await expect(completed(script('sleep 60'), 0.2)).rejects.toThrow('sh -c sleep 60: not within 0.2 s');
  });
});
