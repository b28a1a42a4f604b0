import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { version } from '../../package.json';
import { changesOf } from '../../lib/systems/release';
import * as ofCharts from '../../lib/systems/version.json';
import { newest } from '../../scripts/release/changelog';

const read = (file: string): string => readFileSync(join(__dirname, '..', '..', file), 'utf8');

describe('the newest version of a changelog', () => {
  const changelog = `# shop

## 0.2.0

### Minor Changes

- 1a2b3c4: cluster-ai: \`replicas\` is 3.

  Set it to 2 to stay as you are.

- Plainly said.

### Patch Changes

- 99aabbc: Fewer words.

## 0.1.0

- The first.
`;

  it('has the first line of each entry, without its commit', () => {
    expect(newest(changelog)).toEqual({
      version: '0.2.0',
      changes: ['cluster-ai: `replicas` is 3.', 'Plainly said.', 'Fewer words.'],
      notes: changelog.slice(changelog.indexOf('### Minor'), changelog.indexOf('## 0.1.0')).trim(),
    });
  });

  it('may be the only one', () => {
    expect(newest(changelog.slice(changelog.indexOf('## 0.1.0')))).toEqual({
      version: '0.1.0',
      changes: ['The first.'],
      notes: '- The first.',
    });
  });

  it('must be there', () => {
    expect(() => newest('# shop\n')).toThrow('CHANGELOG.md has no version');
  });
});

describe('the charts', () => {
  const { changes, version: ofChangelog } = newest(read('CHANGELOG.md'));

  it('have the version of the package, of its lock file and of the changelog', () => {
    const lock = JSON.parse(read('package-lock.json')) as { version: string; packages: { '': { version: string } } };
    const versions = [ofCharts.version, ofChangelog, lock.version, lock.packages[''].version];
    expect(versions).toEqual([version, version, version, version]);
  });

  it('say what the changelog says', () => {
    expect(ofCharts.changes).toEqual(changes);
  });

  it.each(['cluster-ai', 'conecta-plus', 'node-agents'])(
    'say of %s what is of all and of it, in the order of the changelog',
    (system) => {
      const ofIt = changes.filter((change) => !/^[a-z-]+: /.test(change) || change.startsWith(`${system}: `));
      expect(changesOf(system)).toEqual(ofIt.map((change) => change.replace(/^[a-z-]+: /, '')));
    },
  );

  it.each(['cluster-ai', 'conecta-plus', 'node-agents'])('%s is committed with that version', (system) => {
    expect(read(`charts/${system}/Chart.yaml`)).toContain(`\nversion: "${version}"\nappVersion: "${version}"\n`);
  });
});
