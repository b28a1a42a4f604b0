// Ours, with objects that are given: ours.ts <objects.jsonl> <folder>
import { App, Chart } from 'cdk8s';
import { Construct } from 'constructs';
import { KubeObject } from '../../lib/objects/kube-object';
import { Manifests } from '../../lib/output/manifests';
import { replaceFolders } from '../../lib/output/write';
import { Laps } from './laps';
import { type PlainObject, readObjects } from './objects';

const [, , file = '', folder = ''] = process.argv;
const given = readObjects(file);
const laps = new Laps();

const system = new Chart(new App(), 'fleet');
given.forEach((objects, i) => {
  const tier = new Construct(system, `tier-${i}`);
  objects.forEach((object, j) => new KubeObject<Pick<PlainObject, 'apiVersion' | 'kind'>>(tier, `object-${j}`, object));
});
laps.lap('constructing');

const files = new Manifests(system).files({}, { name: 'fleet', namespace: 'fleet' });
laps.lap('evaluating and emitting');

replaceFolders(folder, { ours: files });
laps.lap('writing');
laps.say();
