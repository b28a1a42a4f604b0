/** The script that makes certificates, run by a real shell with a real openssl, and an API server of a few lines. */
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { App, Chart } from 'cdk8s';
import { Certificates, type CertificatesProps } from '../../../lib/tiers/operations/certificates';
import { Objects } from '../data/objects';
import { type Outcome, run } from '../observability/scripts';

const DAY = 86_400_000;
const CA = 'shop-certificates-ca';
const POSTGRES = 'shop-postgres-tls';
const BALANCER = 'shop-load-balancer-tls';
const certificates = {
  postgres: { secret: POSTGRES, hosts: ['shop-postgres-primary', 'shop-postgres-read'] },
  balancer: { secret: BALANCER, hosts: ['shop.example.com'], public: true },
};

/** Keeps each Secret as it was sent in a file of its name. The body is the input of the call, which the trial keeps. */
const apiServer = String.raw`
root=${'${0%/bin/curl}'} body=$call/input
store=$root/run/store
for url; do :; done
say() { printf '{\n  "message": "%s"\n}\n%s' "$1" "$2"; }
version() { sed -n 's/.*"resourceVersion":"\([^"]*\)".*/\1/p' "$1"; }
case " $* " in *' PATCH '*) method=PATCH ;; *' @- '*) method=POST ;; *) method=GET ;; esac
name=${'${url##*/}'}
[ $method != POST ] || name=$(sed -n '1s/.*"metadata":{"name":"\([^"]*\)".*/\1/p' "$body")
queue=$root/run/answers/$method-$name
if [ -e "$queue" ]; then cat "$queue"; rm "$queue"; exit; fi
found=404
[ ! -e "$store/$name" ] || found=200
case $method-$found in
  GET-200) cat "$store/$name"; printf '\n200' ;;
  POST-404) sed 's/"metadata":{/&"resourceVersion":"1",/' "$body" > "$store/$name"; say created 201 ;;
  POST-200) say 'is there already' 409 ;;
  PATCH-200)
    if [ "$(version "$body")" = "$(version "$store/$name")" ]; then cp "$body" "$store/$name"; say changed 200
    else say 'was changed by another' 409; fi
    ;;
  *) say 'is not there' 404 ;;
esac
`;

interface Given {
  readonly props?: Partial<CertificatesProps>;
  /** Secrets of the namespace, as JSON by name. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** What the API server says first when it is asked for a name. */
  readonly answers?: Readonly<Record<string, string>>;
}

interface Result extends Outcome {
  /** Afterwards. */
  readonly secrets: Readonly<Record<string, string>>;
}

function generate({ props = {}, secrets = {}, answers = {} }: Given = {}): Result {
  const chart = new Chart(new App(), 'shop');
  new Certificates(chart, 'certificates', { certificates, source: 'generate', ...props });
  const files = new Objects(chart).get('ConfigMap', 'shop-certificates').data ?? {};
  const account = '/run/account';
  const below = (place: string, contents: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(contents).map(([name, content]) => [`${place}/${name}`, content]));
  const outcome = run({
    script: (files['generate.sh'] ?? '').replaceAll('/var/run/secrets/kubernetes.io/serviceaccount', account),
    files: {
      '/etc/certificates/openssl.cnf': files['openssl.cnf'] ?? '',
      ...below(account, { token: 'the-token', namespace: 'shop' }),
      ...below('/run/store', secrets),
      ...below('/run/answers', answers),
    },
    folders: ['/run/certificates', '/run/store'],
    programs: { curl: apiServer },
  });
  const found = [CA, POSTGRES, BALANCER, ...Object.keys(secrets)].flatMap((name) => {
    const content = outcome.read(`/run/store/${name}`);
    return content === undefined ? [] : [[name, content] as const];
  });
  return { ...outcome, secrets: Object.fromEntries(found) };
}

/** The value of a key of a Secret. */
function valueIn(secret: string | undefined, key: string): string {
  const { data = {} } = JSON.parse(secret ?? '{}') as { data?: Readonly<Record<string, string>> };
  return Buffer.from(data[key] ?? '', 'base64').toString();
}

const certificateIn = (secret: string | undefined, key = 'tls.crt') => new X509Certificate(valueIn(secret, key));

function daysLeft({ validTo }: X509Certificate): number {
  return (new Date(validTo).getTime() - Date.now()) / DAY;
}

/** A Secret that somebody else made. */
function foreign(name: string, from: string | undefined, changes: Readonly<Record<string, string>> = {}): string {
  const { data } = JSON.parse(from ?? '{}') as { data: Readonly<Record<string, string>> };
  const changed = Object.entries(changes).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  const metadata = {
    name,
    resourceVersion: '7',
    annotations: { note: '"app.kubernetes.io/managed-by":"shop-certificates"' },
  };
  return JSON.stringify(
    { kind: 'Secret', metadata, data: { ...data, ...(Object.fromEntries(changed) as object) } },
    null,
    2,
  );
}

const without = (name: string, secrets: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(secrets).filter(([other]) => other !== name));

const first = generate();
/** Of another authority, each. */
const lasting = (validityDays: number): Result =>
  generate({ props: { validityDays, renewBeforeDays: 1, certificates: { postgres: certificates.postgres } } });
const soon = lasting(13);
const later = lasting(15);

describe('the script of Certificates', () => {
  test('makes an authority and what it signs', () => {
    expect([first.status, first.errors]).toEqual([0, '']);
    expect(first.output.split('\n')).toEqual([
      'shop-certificates-ca created',
      expect.stringMatching(/^shop-postgres-tls created, good until .* GMT$/),
      expect.stringMatching(/^shop-load-balancer-tls created, good until .* GMT$/),
      '',
    ]);
  });

  test('signs for the names of the server, for servers alone, and for as long as is said', () => {
    const authority = certificateIn(first.secrets[CA]);
    const postgres = certificateIn(first.secrets[POSTGRES]);
    expect([authority.ca, postgres.ca]).toEqual([true, false]);
    expect(postgres.subjectAltName).toBe('DNS:shop-postgres-primary, DNS:shop-postgres-read');
    expect(postgres.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(postgres.verify(authority.publicKey)).toBe(true);
    expect(postgres.checkPrivateKey(createPrivateKey(valueIn(first.secrets[POSTGRES], 'tls.key')))).toBe(true);
    expect(postgres.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect(daysLeft(postgres)).toBeCloseTo(90, 1);
    expect(daysLeft(authority)).toBeCloseTo(3650, 1);
    expect(certificateIn(first.secrets[POSTGRES], 'ca.crt').raw).toEqual(authority.raw);
  });

  test('gives each Secret the type and the label by which it is known', () => {
    expect(JSON.parse(first.secrets[POSTGRES] ?? '')).toMatchObject({
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/tls',
      metadata: {
        labels: { 'app.kubernetes.io/managed-by': 'shop-certificates', 'app.kubernetes.io/instance': 'shop' },
      },
    });
  });

  test('has no key and no token in an argument or in what it says', () => {
    const said = [first.output, first.errors, ...(first.calls.curl ?? []).flatMap(({ args }) => args)].join('\n');
    const secrets = [CA, POSTGRES].map((name) => valueIn(first.secrets[name], 'tls.key'));
    for (const key of ['the-token', ...secrets.flatMap((secret) => secret.split('\n').filter((line) => line !== ''))]) {
      expect(said).not.toMatch(key);
    }
  });

  test('changes nothing the second time', () => {
    const again = generate({ secrets: first.secrets });
    expect([again.status, again.errors]).toEqual([0, '']);
    expect(again.output).toMatch(
      /^shop-postgres-tls is good until .* GMT\nshop-load-balancer-tls is good until .* GMT\n$/,
    );
    expect(again.secrets).toEqual(first.secrets);
    expect(again.calls.curl?.flatMap(({ args }) => args).filter((arg) => arg === '@-')).toEqual([]);
  });

  test('makes again what was deleted, by the same authority, and leaves the others', () => {
    const again = generate({ secrets: without(POSTGRES, first.secrets) });
    expect(again.output).toMatch(/^shop-postgres-tls created/);
    expect(without(POSTGRES, again.secrets)).toEqual(without(POSTGRES, first.secrets));
    expect(certificateIn(again.secrets[POSTGRES]).verify(certificateIn(first.secrets[CA]).publicKey)).toBe(true);
  });

  test('renews what ends too soon or is for other names, with another key, also where another run changed it first', () => {
    const more = [...certificates.balancer.hosts, 'www.example.com'];
    const renewed = generate({
      secrets: { ...first.secrets, [POSTGRES]: soon.secrets[POSTGRES] ?? '', [CA]: soon.secrets[CA] ?? '' },
      props: { certificates: { ...certificates, balancer: { ...certificates.balancer, hosts: more } } },
      answers: { [`PATCH-${POSTGRES}`]: '{\n  "message": "conflict"\n}\n409' },
    });
    expect([renewed.status, renewed.errors]).toEqual([0, '']);
    expect(renewed.output).toMatch(/^shop-postgres-tls ends on .* GMT: renewed until .* GMT$/m);
    expect(renewed.calls.curl?.filter(({ args }) => args.includes('PATCH'))).toHaveLength(3);
    expect(daysLeft(certificateIn(renewed.secrets[POSTGRES]))).toBeCloseTo(90, 1);
    expect(valueIn(renewed.secrets[POSTGRES], 'tls.key')).not.toBe(valueIn(soon.secrets[POSTGRES], 'tls.key'));
    expect(renewed.secrets[CA]).toBe(soon.secrets[CA]);
    expect(certificateIn(renewed.secrets[BALANCER]).subjectAltName).toBe('DNS:shop.example.com, DNS:www.example.com');
  });

  test('signs all anew when the authority was deleted', () => {
    const again = generate({ secrets: without(CA, first.secrets) });
    expect(again.output).toMatch(
      /^shop-certificates-ca created\nshop-postgres-tls is of another authority: renewed until /,
    );
    expect(certificateIn(again.secrets[BALANCER]).verify(certificateIn(again.secrets[CA]).publicKey)).toBe(true);
  });

  test('refuses an authority that ends before what it would sign', () => {
    const again = generate({ secrets: { [CA]: foreign(CA, first.secrets[BALANCER]) }, props: { validityDays: 91 } });
    expect([again.status, again.errors]).toEqual([
      1,
      'shop-certificates-ca lacks a key, or ends before what it would sign. Delete it and run this again, which makes all anew.\n',
    ]);
    expect(Object.keys(again.secrets)).toEqual([CA]);
  });

  test('takes what another run made in the meantime', () => {
    const missing = '{\n  "message": "not found"\n}\n404';
    const answers = { [`GET-${CA}`]: missing, [`GET-${POSTGRES}`]: missing };
    const created = generate({ secrets: first.secrets, answers });
    expect([created.status, created.errors, created.secrets]).toEqual([0, '', first.secrets]);
  });

  test('leaves Secrets alone that others made, and says what is wrong with them', () => {
    const key = valueIn(first.secrets[BALANCER], 'tls.key');
    const authority = valueIn(soon.secrets[CA], 'tls.crt');
    const [postgres, balancer] = [first.secrets[POSTGRES], first.secrets[BALANCER]];
    const given = {
      'no-authority': foreign('no-authority', postgres, { 'ca.crt': '' }),
      'no-certificate': foreign('no-certificate', postgres, { 'tls.crt': 'nothing' }),
      'other-key': foreign('other-key', postgres, { 'tls.key': key }),
      'other-authority': foreign('other-authority', postgres, { 'ca.crt': authority }),
      'other-name': foreign('other-name', balancer),
      ends: foreign('ends', soon.secrets[POSTGRES]),
      later: foreign('later', later.secrets[POSTGRES]),
      public: foreign('public', balancer, { 'ca.crt': '' }),
    };
    const { hosts } = certificates.postgres;
    const outcome = generate({
      secrets: { ...given, [CA]: soon.secrets[CA] ?? '' },
      props: {
        certificates: Object.fromEntries(
          Object.keys(given).map((name) => {
            const isPublic = name === 'public';
            return [name, { secret: name, public: isPublic, hosts: isPublic ? ['shop.example.com'] : hosts }];
          }),
        ),
      },
    });
    expect(outcome.status).toBe(1);
    const remedy = 'It was not made here, so it is left alone: replace it, or delete it and run this again.';
    expect(outcome.errors.replace(/ends on .* GMT/, 'ends on (a day)').split('\n')).toEqual([
      `no-authority lacks ca.crt. ${remedy}`,
      `no-certificate has a tls.crt that is no certificate. ${remedy}`,
      `other-key has a tls.key of another certificate. ${remedy}`,
      `other-authority is not signed by the authority in its ca.crt. ${remedy}`,
      `other-name is not for shop-postgres-primary. ${remedy}`,
      `ends ends on (a day). ${remedy}`,
      '',
    ]);
    expect(outcome.output).toMatch(/^later is good until .* GMT\npublic is good until .* GMT\n$/);
    expect(outcome.secrets).toEqual({ ...given, [CA]: soon.secrets[CA] });
  });

  test('says what the API server has against it', () => {
    const answers = { [`POST-${POSTGRES}`]: '{\n  "message": "exceeded quota"\n}\n403' };
    const outcome = generate({ answers });
    expect([outcome.status, outcome.errors]).toEqual([1, 'shop-postgres-tls: "exceeded quota"\n']);
    expect(outcome.output).toMatch(/^shop-load-balancer-tls created/m);
  });
});
