import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replaceFolders } from '../../lib/output/write';

let root = '';
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'write-'))));
afterEach(() => {
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
});
