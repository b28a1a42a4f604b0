import fs, {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replaceFolders } from '../../lib/output/write';

let root = '';
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'write-'))));
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(root, { recursive: true });
});

const put = (path: string, content: string): void => {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), content);
};
const filesIn = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((file) => [file.slice(root.length + 1), readFileSync(file, 'utf8')]),
  );

describe('replaceFolders', () => {
  it('makes folders that were not there', () => {
    replaceFolders(root, {
      dist: new Map([['shop/production/web.yaml', 'a']]),
      charts: new Map([['shop/Chart.yaml', 'b']]),
    });
    expect(filesIn()).toEqual({ 'charts/shop/Chart.yaml': 'b', 'dist/shop/production/web.yaml': 'a' });
  });

  it('removes what is no longer there, and leaves other folders alone', () => {
    put('dist/old/web.yaml', 'old');
    put('dist/shop/web.yaml', 'old');
    put('lib/index.ts', 'mine');
    replaceFolders(root, { dist: new Map([['shop/web.yaml', 'new']]) });
    expect(filesIn()).toEqual({ 'dist/shop/web.yaml': 'new', 'lib/index.ts': 'mine' });
    expect(existsSync(join(root, 'dist/old'))).toBe(false);
  });

  it('makes a folder of no files, which takes the place of one that had some', () => {
    put('dist/shop/web.yaml', 'old');
    replaceFolders(root, { dist: new Map(), charts: new Map() });
    expect(readdirSync(root)).toEqual(['charts', 'dist']);
    expect(filesIn()).toEqual({});
  });

  it('is not in the way of what a killed run has left, which git does not see', () => {
    put(`.staging-${String(process.pid)}/dist/shop/web.yaml`, 'left');
    put(`.staging-${String(process.pid)}/retired/dist/shop/web.yaml`, 'left');
    put('dist/shop/web.yaml', 'old');
    replaceFolders(root, { dist: new Map([['shop/web.yaml', 'new']]) });
    expect(readFileSync(join(root, 'dist/shop/web.yaml'), 'utf8')).toBe('new');
    const names: string[] = [];
    const make = fs.mkdtempSync.bind(fs);
    jest.spyOn(fs, 'mkdtempSync').mockImplementation((prefix) => {
      names.push(make(prefix));
      return names.at(-1) ?? '';
    });
    replaceFolders(root, { dist: new Map() });
    expect(names.map((name) => name.replace(/^.*\/|\w{6}$/g, ''))).toEqual(['.staging-']);
    expect(readFileSync(join(__dirname, '../../.gitignore'), 'utf8').split('\n')).toContain('.staging-*/');
  });

  it('leaves all as it was when a file cannot be written', () => {
    put('dist/shop/web.yaml', 'old');
    put('charts/shop/Chart.yaml', 'old');
    const before = filesIn();
    // A file cannot be a folder too.
    const impossible = new Map([
      ['shop', 'a file'],
      ['shop/Chart.yaml', 'new'],
    ]);
    expect(() => {
      replaceFolders(root, { dist: new Map([['shop/web.yaml', 'new']]), charts: impossible });
    }).toThrow(/EEXIST|ENOTDIR/);
    expect(filesIn()).toEqual(before);
  });

  it('puts back what it has replaced when a later folder cannot be', () => {
    put('dist/shop/web.yaml', 'old');
    put('charts/shop/Chart.yaml', 'old');
    const before = filesIn();
    // The folder above it is not there, so that the second move fails after the first has been made.
    const folders = {
      dist: new Map([['shop/web.yaml', 'new']]),
      'missing/charts': new Map([['shop/Chart.yaml', 'new']]),
    };
    expect(() => {
      replaceFolders(root, folders);
    }).toThrow(/ENOENT/);
    expect(filesIn()).toEqual(before);
  });

  it('leaves no folder behind that was not there before a failure', () => {
    expect(() => {
      replaceFolders(root, {
        dist: new Map([['web.yaml', 'new']]),
        'missing/charts': new Map([['Chart.yaml', 'new']]),
      });
    }).toThrow(/ENOENT/);
    expect(readdirSync(root)).toEqual([]);
  });

  it('keeps what a folder held, and says where, when it cannot be put back; the others are', () => {
    put('dist/shop/web.yaml', 'old');
    put('charts/shop/Chart.yaml', 'old');
    const remove = fs.rmSync.bind(fs);
    jest.spyOn(fs, 'rmSync').mockImplementation((path, options) => {
      if (path === join(root, 'dist')) throw new Error('EBUSY: somebody is in it');
      remove(path, options);
    });
    let said = '';
    try {
      replaceFolders(root, {
        dist: new Map([['shop/web.yaml', 'new']]),
        charts: new Map([['shop/Chart.yaml', 'new']]),
        'missing/charts': new Map([['shop/Chart.yaml', 'new']]),
      });
    } catch (error) {
      said = error instanceof Error ? error.message : '';
    }
    const [staging = ''] = readdirSync(root).filter((name) => name.startsWith('.staging-'));
    const [first, ...rest] = said.split('\n');
    expect(first).toMatch(/ENOENT: .*missing\/charts/);
    expect(rest).toEqual([
      `${join(root, 'dist')} cannot be put back: EBUSY: somebody is in it; what it held is in ${join(root, staging, 'retired', 'dist')}`,
    ]);
    expect(filesIn()).toMatchObject({
      [`${staging}/retired/dist/shop/web.yaml`]: 'old',
      'charts/shop/Chart.yaml': 'old',
      'dist/shop/web.yaml': 'new',
    });
  });

  describe('a file whose bytes are the same', () => {
    const longAgo = new Date('2020-02-02T02:02:02.500Z');
    const identityOf = (path: string): { readonly mtimeMs: number; readonly ino: number } => {
      const { mtimeMs, ino } = lstatSync(join(root, path));
      return { mtimeMs, ino };
    };
    /** Writes as before, long ago. */
    const written = (files: Readonly<Record<string, string>>): void => {
      replaceFolders(root, { dist: new Map(Object.entries(files)) });
      for (const path of Object.keys(files)) utimesSync(join(root, 'dist', path), longAgo, longAgo);
    };

    it('stays the same file, and only what changes is written', () => {
      written({ 'shop/same.yaml': 'a', 'shop/other.yaml': 'a', 'shop/gone.yaml': 'a' });
      const [same, other] = [identityOf('dist/shop/same.yaml'), identityOf('dist/shop/other.yaml')];
      // As long as before, so that only the bytes tell.
      replaceFolders(root, {
        dist: new Map([
          ['shop/same.yaml', 'a'],
          ['shop/other.yaml', 'b'],
        ]),
      });
      expect(identityOf('dist/shop/same.yaml')).toEqual(same);
      expect(identityOf('dist/shop/other.yaml').ino).not.toBe(other.ino);
      expect(identityOf('dist/shop/other.yaml').mtimeMs).toBeGreaterThan(longAgo.getTime());
      expect(filesIn()).toEqual({ 'dist/shop/other.yaml': 'b', 'dist/shop/same.yaml': 'a' });
    });

    it('stays as it was through a failure', () => {
      written({ 'shop/same.yaml': 'a', 'shop/other.yaml': 'a' });
      const before = ['dist/shop/same.yaml', 'dist/shop/other.yaml'].map(identityOf);
      const folders = {
        dist: new Map([
          ['shop/same.yaml', 'a'],
          ['shop/other.yaml', 'b'],
        ]),
        'missing/charts': new Map([['Chart.yaml', 'new']]),
      };
      expect(() => {
        replaceFolders(root, folders);
      }).toThrow(/ENOENT/);
      expect(['dist/shop/same.yaml', 'dist/shop/other.yaml'].map(identityOf)).toEqual(before);
    });

    it('is restored where somebody has edited it, whatever its time says', () => {
      written({ 'web.yaml': 'generated' });
      put('dist/web.yaml', 'byhand   ');
      utimesSync(join(root, 'dist/web.yaml'), longAgo, longAgo);
      replaceFolders(root, { dist: new Map([['web.yaml', 'generated']]) });
      expect(filesIn()).toEqual({ 'dist/web.yaml': 'generated' });
    });

    it('is never written through: another name of it keeps what it had', () => {
      written({ 'web.yaml': 'old' });
      linkSync(join(root, 'dist/web.yaml'), join(root, 'mine.yaml'));
      replaceFolders(root, { dist: new Map([['web.yaml', 'new']]) });
      expect(filesIn()).toEqual({ 'dist/web.yaml': 'new', 'mine.yaml': 'old' });
    });

    it('takes the place of a link to one, and of a folder', () => {
      put('mine.yaml', 'same');
      put('dist/api.yaml/inner.yaml', 'same');
      symlinkSync(join(root, 'mine.yaml'), join(root, 'dist/web.yaml'));
      const files = new Map([
        ['web.yaml', 'same'],
        ['api.yaml', 'same'],
      ]);
      replaceFolders(root, { dist: files });
      expect(filesIn()).toEqual({ 'dist/api.yaml': 'same', 'dist/web.yaml': 'same', 'mine.yaml': 'same' });
      replaceFolders(root, { dist: new Map([['api.yaml/inner.yaml', 'same']]) });
      expect(filesIn()).toEqual({ 'dist/api.yaml/inner.yaml': 'same', 'mine.yaml': 'same' });
    });

    it.each(['EXDEV', 'EPERM', 'EMLINK'])('keeps its time where there are no links (%s)', (code) => {
      written({ 'web.yaml': 'a' });
      const before = identityOf('dist/web.yaml');
      const links = jest.spyOn(fs, 'linkSync').mockImplementation(() => {
        throw Object.assign(new Error(code), { code });
      });
      replaceFolders(root, { dist: new Map([['web.yaml', 'a']]) });
      expect(links).toHaveBeenCalledTimes(1);
      expect(identityOf('dist/web.yaml').mtimeMs).toBe(before.mtimeMs);
      expect(identityOf('dist/web.yaml').ino).not.toBe(before.ino);
      expect(filesIn()).toEqual({ 'dist/web.yaml': 'a' });
    });
  });
});
