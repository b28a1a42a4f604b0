import { App, Chart } from 'cdk8s';
import { ConfigMap, Secret, ServiceAccount } from 'cdk8s-plus-28';
import { z } from 'zod';
import { references } from '../../lib/values/reference';
import { asString, lostTokens } from '../../lib/values/token';
import { envFromSecret, secretFiles } from '../../lib/workload/secrets';
import { container, deployment, find, synth, template } from './plain-app';
import { systemOf } from './system';

const withSecret = (secret: Parameters<typeof envFromSecret>[1]) => ({
  containers: [container({ env: [envFromSecret('PGPASSWORD', secret, 'password')] })],
  volumes: [{ name: 'keys', secret: secretFiles(secret, ['password', 'other']) }],
});

const referringTo = (name: string) => ({
  containers: [{ env: [{ name: 'PGPASSWORD', valueFrom: { secretKeyRef: { name, key: 'password' } } }] }],
  volumes: [
    {
      name: 'keys',
      secret: {
        secretName: name,
        defaultMode: 0o440,
        items: [
          { key: 'password', path: 'password' },
          { key: 'other', path: 'other' },
        ],
      },
    },
  ],
});

describe('a Secret', () => {
  it('is referred to by its name', () => {
    expect(template(withSecret('vault')).spec).toMatchObject(referringTo('vault'));
  });

  it('may be one of cdk8s-plus', () => {
    const secret = Secret.fromSecretName(new Chart(new App(), 'other'), 'secret', 'vault');
    expect(template(withSecret(secret)).spec).toMatchObject(referringTo('vault'));
  });

  it('may be one of cdk8s-plus whose name is a value', () => {
    const schema = z.strictObject({ secret: z.string().default('vault').describe('Name of the Secret.') });
    const read = systemOf(schema, (scope, values) => {
      deployment(scope, withSecret(Secret.fromSecretName(scope, 'secret', asString(values.secret))));
    });
    const podOf = (values = {}) => find(read(values), 'Deployment', 'shop-api');
    expect(podOf()).toMatchObject({ spec: { template: { spec: referringTo('vault') } } });
    expect(podOf({ secret: 'ours' })).toMatchObject({ spec: { template: { spec: referringTo('ours') } } });
    expect(lostTokens()).toEqual([]);
  });
});

describe('objects of cdk8s-plus in a system', () => {
  const schema = z.strictObject({ color: z.string().default('blue').describe('A color.') });
  const read = systemOf(schema, (scope, { color }) => {
    new ConfigMap(scope, 'config', {
      metadata: { name: 'config' },
      data: { color: asString(color), plain: '{{ .Values }}' },
    });
  });

  it('carry values by a marker, which gives the value back', () => {
    expect(find(read({ color: 'red' }), 'ConfigMap', 'config')).toMatchObject({
      data: { color: 'red', plain: '{{ .Values }}' },
    });
    expect(lostTokens()).toEqual([]);
  });

  it('notice a value that never arrives', () => {
    const color = asString(references(z.strictObject({ lost: z.string().describe('Lost.') })).lost);
    expect(lostTokens()).toEqual(['values.lost']);
    expect(color).toMatch(/^cdk8s-tiers-expression-\d+-$/);
  });

  it('lend a ServiceAccount', () => {
    const objects = synth((chart) => {
      const serviceAccount = ServiceAccount.fromServiceAccountName(chart, 'account', 'robot');
      deployment(chart, { serviceAccount });
    });
    expect(objects.map(({ kind }) => kind)).not.toContain('ServiceAccount');
    expect(find(objects, 'Deployment', 'shop-api')).toMatchObject({
      spec: { template: { spec: { serviceAccountName: 'robot' } } },
    });
  });
});
