import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bump, demandedBump, plannedBump, unannounced } from '../../scripts/release/announced';

const broken = ['shop: replicas: its default was 2 and is 3'];

describe('the bump that a change which breaks needs', () => {
  it.each([
    ['0.1.0', 'minor'],
    ['0.12.3', 'minor'],
    ['1.0.0', 'major'],
    ['10.2.3', 'major'],
  ])('after %s is %s', (version, bump) => {
    expect(demandedBump(version)).toBe(bump);
  });
});

describe('a change that breaks', () => {
  it('is refused with what was, what is, and the remedy', () => {
    expect(unannounced(broken, 'none', '0.1.0')).toEqual([
      'shop: replicas: its default was 2 and is 3',
      'since 0.1.0 this breaks, and the changesets ask for nothing: add one of type minor (npx changeset) that tells users what to do, or take it back',
    ]);
  });

  it.each<[string, Bump, boolean]>([
    ['0.1.0', 'patch', false],
    ['0.1.0', 'minor', true],
    ['0.1.0', 'major', true],
    ['1.2.0', 'patch', false],
    ['1.2.0', 'minor', false],
    ['1.2.0', 'major', true],
  ])('after %s with a %s changeset is announced: %s', (version, planned, isAnnounced) => {
    expect(unannounced(broken, planned, version).length === 0).toBe(isAnnounced);
  });

  it('is not asked for where nothing breaks', () => {
    expect(unannounced([], 'none', '1.2.0')).toEqual([]);
  });
});

describe('the bump that changesets ask for', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'changesets-'));
    mkdirSync(join(folder, '.changeset'));
    writeFileSync(join(folder, 'package.json'), '{ "name": "cdk8s-tiers", "version": "0.1.0" }');
    writeFileSync(join(folder, 'package-lock.json'), '{}');
    writeFileSync(join(folder, '.changeset', 'config.json'), '{}');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const add = (name: string, bump: Bump): void =>
    writeFileSync(join(folder, '.changeset', `${name}.md`), `---\n'cdk8s-tiers': ${bump}\n---\n\nSomething.\n`);

  it('is none without one', async () => {
    expect(await plannedBump(folder)).toBe('none');
  });

  it('is the greatest of several', async () => {
    add('one', 'patch');
    expect(await plannedBump(folder)).toBe('patch');
    add('another', 'minor');
    expect(await plannedBump(folder)).toBe('minor');
  });
});
