import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backupLibrary } from '../../../lib/tiers/operations/backup-library';
import { linesOf } from '../../../lib/values/text';

/** The library's own words, sourced by a script, with folders for destinations. */
class Place {
  readonly folder = mkdtempSync(join(tmpdir(), 'backup-'));

  constructor(readonly destinations = 'store offsite') {
    for (const name of ['bin', 'run', 'secrets', 'remotes']) mkdirSync(join(this.folder, name));
    const rclone = join(this.folder, 'bin', 'rclone');
    copyFileSync(join(__dirname, 'rclone.sh'), rclone);
    chmodSync(rclone, 0o755);
    for (const key of ['store-password', 'offsite-access-key-id', 'offsite-secret-access-key', 'encryption-password']) {
      writeFileSync(join(this.folder, 'secrets', key), 'hal');
    }
    const library = linesOf(backupLibrary, {
      values: {},
      release: { name: 'shop', namespace: 'shop' },
      variables: new Map(),
    })
      .join('\n')
      .replaceAll('/opt/backup', join(this.folder, 'bin'))
      .replaceAll('/run/backup', join(this.folder, 'run'))
      .replaceAll('/run/secrets/backup', join(this.folder, 'secrets'));
    writeFileSync(join(this.folder, 'library.sh'), library);
  }

  run(script: string, env: Readonly<Record<string, string>> = {}) {
    const { status, stdout, stderr } = spawnSync('sh', [], {
      input: `. ${join(this.folder, 'library.sh')}\n${script}\n`,
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH,
        REMOTES: this.remotes,
        DESTINATIONS: this.destinations,
        STORE_URL: 'http://shop-backup:8080',
        OFFSITE_ENDPOINT: 'https://s3.example.com',
        OFFSITE_REGION: 'here',
        OFFSITE_PATH: 'bucket/shop',
        ENCRYPTION: 'false',
        ...env,
      },
    });
    return { status, stdout, last: stderr.trim().split('\n').at(-1)?.slice('00:00:00 '.length), stderr };
  }

  get remotes(): string {
    return join(this.folder, 'remotes');
  }

  read(path: string): string {
    return readFileSync(join(this.remotes, path), 'utf8');
  }

  write(path: string, content: string): void {
    mkdirSync(join(this.remotes, path, '..'), { recursive: true });
    writeFileSync(join(this.remotes, path), content);
  }

  list(path: string): readonly string[] {
    return existsSync(join(this.remotes, path)) ? readdirSync(join(this.remotes, path)).sort() : [];
  }

  /** A verified backup of one file, `data`, with the content `old`. */
  keep(id: string, ...destinations: readonly string[]): void {
    for (const destination of destinations) {
      this.write(`${destination}/thing/${id}/data`, 'old');
      this.write(`${destination}/thing/${id}/manifest`, `file <sum> 3 data\n`);
      this.write(`${destination}/thing/${id}/verified`, 'now');
    }
  }
}

const backUp = `
  accept() { cat > /dev/null; }
  begin thing
  put data printf new
  finish
  verify thing "$id" accept
  echo "$id"
`;

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => {
  rmSync(place.folder, { recursive: true });
});

test('rclone trusts the authorities that came with it, and elsewhere those of its image', () => {
  const trusted = 'echo "${SSL_CERT_FILE-its own}"';
  expect(place.run(trusted).stdout).toBe('its own\n');
  const authorities = join(place.folder, 'bin', 'ca-certificates.crt');
  writeFileSync(authorities, '-----BEGIN CERTIFICATE-----');
  expect(place.run(trusted).stdout).toBe(`${authorities}\n`);
});

describe('a backup', () => {
  it('is in every destination, with size and SHA-256, and verified', () => {
    const { status, stdout, stderr } = place.run(backUp);
    expect([status, stderr.includes('failed')]).toEqual([0, false]);
    const id = stdout.trim();
    expect(id).toMatch(/^\d{8}T\d{6}Z$/);
    for (const destination of ['store', 'offsite']) {
      expect(place.list(`${destination}/thing/${id}`)).toEqual(['data', 'manifest', 'verified']);
      expect(place.read(`${destination}/thing/${id}/manifest`)).toMatch(
        `file 11507a0e2f5e69d5dfa40a62a1bd7b6ee57e6bcd85c67c9b8431b36fff21c437 3 data\n`,
      );
    }
  });

  it('tells the exporter of the store its size, time and success', () => {
    place.run(backUp);
    expect(place.list('store/metrics')).toEqual(['thing.prom']);
    const metrics = place.read('store/metrics/thing.prom').replaceAll(/\d{10}$/gm, '<time>');
    expect(metrics.trim().split('\n')).toEqual([
      'backup_last_size_bytes{backup="thing"} 3',
      expect.stringMatching(/^backup_last_duration_seconds\{backup="thing"\} \d$/),
      'backup_last_verified_timestamp_seconds{backup="thing"} <time>',
      'backup_last_success_timestamp_seconds{backup="thing"} <time>',
    ]);
  });

  it.each([
    ['what makes it fails', 'produce() { printf part; false; }', '', 'produce failed;'],
    ['the store is full', '', 'store', 'the store did not take thing/'],
    ['the other place is full', '', 'offsite', 'offsite did not take thing/'],
  ])(
    'is given up where %s: nothing is left of it, older ones stay, and the last line says why',
    (_, define, full, said) => {
      place.keep('20200101T000000Z', 'store', 'offsite');
      if (full !== '') place.write('refuses', `${full}\n`);
      const { status, last } = place.run(
        `${define}\nbegin thing\nput data ${define === '' ? 'printf new' : 'produce'}\nfinish`,
      );
      expect(status).toBe(1);
      expect(last).toMatch(`failed: ${said}`);
      expect(last).toMatch('is given up');
      for (const destination of ['store', 'offsite']) {
        expect(place.list(`${destination}/thing`)).toEqual(['20200101T000000Z']);
      }
      if (full !== 'store')
        expect(place.read('store/metrics/thing.prom')).toMatch('backup_last_failure_timestamp_seconds{');
    },
  );

  it('that cannot be read back as it was written is no verified one, wherever it is', () => {
    const { status, last } = place.run(`
      accept() { cat > /dev/null; }
      begin thing
      put data printf new
      finish
      printf bad > "$REMOTES/offsite/thing/$id/data"
      verify thing "$id" accept
    `);
    expect(status).toBe(1);
    expect(last).toMatch(
      /^failed: thing\/\d{8}T\d{6}Z\/data in offsite is corrupted: it has SHA-256 and bytes [0-9a-f]{64} 3, the manifest says [0-9a-f]{64} 3;/,
    );
    expect(place.run('verified thing; verified_in offsite thing').stdout).toMatch(/^\d{8}T\d{6}Z\n$/);
  });

  it('that its own program refuses is no verified one', () => {
    const { status, last } = place.run(`
      refuse() { cat > /dev/null; false; }
      begin thing
      put data printf new
      finish
      verify thing "$id" refuse
    `);
    expect([status, last?.endsWith('refuse refuses it;')]).toEqual([1, true]);
  });
});

describe('a restore', () => {
  const sums = { old: '', bad: '' };
  beforeAll(() => {
    for (const word of ['old', 'bad'] as const) {
      sums[word] = spawnSync('sha256sum', { input: word, encoding: 'utf8' }).stdout.slice(0, 64);
    }
  });
  const keep = (id: string, ...destinations: readonly string[]) => {
    place.keep(id, ...destinations);
    for (const destination of destinations)
      place.write(`${destination}/thing/${id}/manifest`, `file ${sums.old} 3 data\n`);
  };

  it('takes the newest that is verified anywhere', () => {
    keep('20200101T000000Z', 'store');
    keep('20200102T000000Z', 'offsite');
    keep('20200103T000000Z', 'store');
    rmSync(join(place.remotes, 'store/thing/20200103T000000Z/verified'));
    expect(place.run('newest_verified thing').stdout).toBe('20200102T000000Z\n');
    expect(place.run('newest_verified thing', { RESTORE_FROM: 'store' }).stdout).toBe('20200101T000000Z\n');
  });

  it('takes the good copy where the other is corrupted, and says so', () => {
    keep('20200101T000000Z', 'store', 'offsite');
    place.write('store/thing/20200101T000000Z/data', 'bad');
    const { stdout, stderr } = place.run('fetch thing 20200101T000000Z data "$run/got"; cat "$run/got"');
    expect(stdout).toBe('old');
    expect(stderr).toMatch(
      `thing/20200101T000000Z/data in store is CORRUPTED: it has SHA-256 and bytes ${sums.bad} 3, the manifest says ${sums.old} 3\n`,
    );
  });

  it('never takes a corrupted one', () => {
    keep('20200101T000000Z', 'store', 'offsite');
    for (const destination of ['store', 'offsite']) place.write(`${destination}/thing/20200101T000000Z/data`, 'bad');
    const { status, last } = place.run('fetch thing 20200101T000000Z data "$run/got"; echo got it');
    expect([status, last]).toEqual([
      1,
      'failed: no place has thing/20200101T000000Z/data as it was verified; nothing was changed',
    ]);
  });

  it.each([
    ['disk', 'RESTORE_FROM is "disk"; give store, offsite, or nothing for both'],
    ['offsite', 'RESTORE_FROM is offsite, but backups are kept in: store'],
  ])('refuses to look in %s', (from, said) => {
    const alone = new Place('store');
    const { status, last } = alone.run('echo on', { RESTORE_FROM: from });
    rmSync(alone.folder, { recursive: true });
    expect([status, last]).toEqual([1, `failed: ${said}`]);
  });
});

describe('retention', () => {
  const daysAgo = (days: number) =>
    new Date(Date.now() - days * 86_400_000).toISOString().replaceAll(/[-:]|\.\d+/g, '');

  it('deletes what is older and nothing else, in every destination', () => {
    const [old, young] = [daysAgo(31), daysAgo(29)];
    place.keep(old, 'store', 'offsite');
    place.keep(young, 'store', 'offsite');
    place.write('store/thing/notes/file', 'not of a backup');
    expect(place.run('retain thing 30').status).toBe(0);
    expect(place.list('store/thing')).toEqual([young, 'notes']);
    expect(place.list('offsite/thing')).toEqual([young]);
  });

  it('keeps the newest verified one of each destination, however old', () => {
    const [older, old, unverified] = [daysAgo(50), daysAgo(40), daysAgo(35)];
    place.keep(older, 'store', 'offsite');
    place.keep(old, 'store');
    place.write(`store/thing/${unverified}/data`, 'half');
    place.run('retain thing 30');
    expect([place.list('store/thing'), place.list('offsite/thing')]).toEqual([[old], [older]]);
  });
});

describe('passwords', () => {
  it('are in a file in memory, hidden, and in no argument', () => {
    const { stdout } = place.run('cat "$run/rclone.conf"', { ENCRYPTION: 'true' });
    expect(stdout).toBe(`[plain]
type = webdav
vendor = rclone
url = http://shop-backup:8080
user = backup
pass = ibm

[store]
type = crypt
remote = plain:
filename_encryption = off
directory_name_encryption = false
suffix = none
password = ibm

[s3]
type = s3
provider = Other
endpoint = https://s3.example.com
region = here
access_key_id = hal
secret_access_key = hal

[offsite]
type = crypt
remote = s3:bucket/shop
filename_encryption = off
directory_name_encryption = false
suffix = none
password = ibm

`);
  });

  it('that are empty stop everything', () => {
    writeFileSync(join(place.folder, 'secrets', 'store-password'), '');
    const { status, last } = place.run('echo on');
    expect([status, last]).toEqual([1, 'failed: the key store-password of the Secrets is empty']);
  });
});
