// One system in many environments: environments.ts <system> <environments>
import { Manifests } from '../../lib/output/manifests';
import { subjectOf, systemOf } from '../subject';
import { Laps } from './laps';

const [, , name = '', count = ''] = process.argv;
const releases = Array.from({ length: Number(count) }, (_, i) => ({ name: `${name}-${i}`, namespace: `${name}-${i}` }));

const { values } = subjectOf(name); // compiles what both ways run
const laps = new Laps();

const system = systemOf(name);
const manifests = new Manifests(system);
laps.lap('one construction');

for (const release of releases) manifests.files(values, release, system.podSecurity);
laps.lap('evaluations');

for (const release of releases) {
  const anew = systemOf(name);
  new Manifests(anew).files(values, release, anew.podSecurity);
}
laps.lap('a construction for each');
laps.say();
