import { App, Chart } from 'cdk8s';
import type { CronJob } from 'kubernetes-types/batch/v1';
import type { Service } from 'kubernetes-types/core/v1';
import { Construct } from 'constructs';
import { z } from 'zod';
import { onlyWhen } from '../../lib/objects/conditions';
import { KubeObject } from '../../lib/objects/kube-object';
import { Manifests } from '../../lib/output/manifests';
import { references, release } from '../../lib/values/reference';
import { str } from '../../lib/values/texts';
import { system, valuesIn } from '../systems/cluster-ai/environments';

const schema = z.strictObject({ nightly: z.boolean().default(true).describe('Whether there is a nightly Job.') });

/** `-web` leaves 59 of a Service's 63 characters, `-nightly` 44 of a CronJob's 52. */
function shop(): Manifests {
  const chart = new Chart(new App(), 'shop');
  new KubeObject<Service>(chart, 'web', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: str`${release.name}-web` },
  });
  const tier = new Construct(chart, 'jobs');
  onlyWhen(tier, references(schema).nightly);
  new KubeObject<CronJob>(tier, 'nightly', {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: str`${release.name}-nightly` },
  });
  return new Manifests(chart);
}

const installed = (nightly: boolean, characters: number) => () =>
  shop().evaluate({ nightly }, { name: 'r'.repeat(characters), namespace: 'shop' });

describe("the release's name", () => {
  it.each([
    [true, 44, true],
    [true, 45, false],
    [false, 45, true],
    [false, 59, true],
    [false, 60, false],
  ])('nightly %s: of %i characters is taken: %s', (nightly, characters, taken) => {
    if (taken) expect(installed(nightly, characters)).not.toThrow();
    else expect(installed(nightly, characters)).toThrow('install it under a shorter one.');
  });

  it('is refused with the object that leaves too few', () => {
    const name = 'r'.repeat(45);
    expect(installed(true, 45)).toThrow(
      new Error(
        `shop: the name of the release, ${name}, has more than 44 characters, which leaves too few for CronJob …-nightly; install it under a shorter one.`,
      ),
    );
  });

  it('of Cluster AI has 28 characters with backups', () => {
    const values = valuesIn('production');
    const read = (name: string) => () => new Manifests(system).evaluate(values, { name, namespace: 'shop' });
    expect(read('r'.repeat(28))).not.toThrow();
    expect(read('r'.repeat(29))).toThrow('CronJob …-backup-restore-postgres');
  });
});
