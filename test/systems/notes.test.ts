import { App, Chart } from 'cdk8s';
import {
  alertChannels,
  certificatesToMake,
  fromThisMachine,
  installedAs,
  secretsToMake,
  secretsToSupply,
} from '../../lib/systems/notes';
import { type CertificateSource, Certificates } from '../../lib/tiers/operations/certificates';
import type { Placeholder } from '../../lib/values/text';
import { evaluateText, text } from '../../lib/values/text';

const scope = { values: undefined, release: { name: 'shop', namespace: 'shop-prod' }, variables: new Map() };

/** The lines of a piece between two others. */
function read(piece: Placeholder): string {
  const notes = text`
    before
    ${piece}

    after
  `;
  return evaluateText(notes, scope);
}

const secrets = [{ secret: 'shop-postgres' }, { secret: 'shop-backup', enabled: false }, { secret: 'shop-redis' }];

describe('notes of systems', () => {
  test('say what is installed, and how to see it', () => {
    expect(read(installedAs('The shop'))).toBe(
      'before\nThe shop is installed as "shop" in the namespace "shop-prod".\n\nafter\n',
    );
    const page = fromThisMachine({ what: 'Dashboards', service: 'shop-grafana', ports: '3000:80', localPort: 3000 });
    expect(read(page)).toBe(
      'before\nDashboards:\n  kubectl --namespace shop-prod port-forward service/shop-grafana 3000:80\n  then open http://localhost:3000\n\nafter\n',
    );
  });

  test('name the Secrets that pods wait for, where nothing makes them', () => {
    expect(read(secretsToMake(secrets, false))).toBe(
      "before\n\nPods wait until these Secrets exist; the chart's README has the command that makes them:\nshop-postgres\nshop-redis\n\nafter\n",
    );
    expect(read(secretsToMake(secrets, true))).toBe('before\n\nafter\n');
  });

  test('name the Secrets that nobody but others can fill, where one is needed', () => {
    const offsite = { secret: 'shop-backup-offsite', enabled: true };
    const encryption = { secret: 'shop-backup-encryption', enabled: false };
    expect(read(secretsToSupply([offsite, encryption]))).toBe(
      "before\n\nPods wait for what others give, too, in these Secrets; the chart's README says what they hold:\nshop-backup-offsite\n\nafter\n",
    );
    expect(read(secretsToSupply([encryption]))).toBe('before\n\nafter\n');
  });

  test('name the Secret of channels for alerts, where there is one', () => {
    expect(read(alertChannels({ secret: 'shop-alertmanager' }))).toMatch(
      '\nAlertmanager waits for the Secret shop-alert',
    );
    expect(read(alertChannels({ secret: 'shop-alertmanager', enabled: false }))).toBe('before\n\nafter\n');
  });

  test('say of certificates who has to make them, and how to trust those that are generated', () => {
    const from = (source: CertificateSource): string => {
      const certificates = {
        postgres: { secret: 'shop-postgres-tls', hosts: ['shop-postgres'] },
        cache: { secret: 'shop-cache-tls', hosts: ['shop-cache'], enabled: false },
      };
      const chart = new Chart(new App(), 'shop');
      return read(certificatesToMake(new Certificates(chart, 'certificates', { source, certificates })));
    };
    expect(from('existing')).toMatch(/makes them where certificates\.source says so:\nshop-postgres-tls\n\nafter\n$/);
    expect(from('generate')).toMatch(
      "\n  kubectl --namespace shop-prod get secret shop-certificates-ca --output=jsonpath='{.data.tls\\.crt}' | base64 --decode > ca.crt\n",
    );
    expect(from('certManager')).toBe('before\n\nafter\n');
  });
});
