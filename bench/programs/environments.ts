// One system in many environments: environments.ts <system> <environments>
import { Manifests } from '../../lib/output/manifests';
import { subjectOf } from '../subject';
import { Laps } from './laps';

const [, , name = '', count = ''] = process.argv;
const releases = Array.from({ length: Number(count) }, (_, i) => ({ name: `${name}-${i}`, namespace: `${name}-${i}` }));

subjectOf(name); // compiles what both ways run
const laps = new Laps();

const { system, values } = subjectOf(name);
const manifests = new Manifests(system);
laps.lap('one construction');

for (const release of releases) manifests.files(values, release, system.podSecurity);
laps.lap('evaluations');

for (const release of releases) {
  const anew = subjectOf(name);
  new Manifests(anew.system).files(anew.values, release, anew.system.podSecurity);
}
laps.lap('a construction for each');
laps.say();
