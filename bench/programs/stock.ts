// Stock cdk8s, with objects that are given: stock.ts one|many <objects.jsonl> <folder>
import { ApiObject, App, Chart } from 'cdk8s';
import { Laps } from './laps';
import { readObjects } from './objects';

const [, , charts = '', file = '', outdir = ''] = process.argv;
const given = readObjects(file);
const laps = new Laps();

const app = new App({ outdir });
const one = charts === 'one' ? new Chart(app, 'fleet', { namespace: 'fleet' }) : undefined;
given.forEach((objects, i) => {
  const chart = one ?? new Chart(app, `tier-${i}`, { namespace: 'fleet' });
  objects.forEach((object, j) => new ApiObject(chart, `tier-${i}-object-${j}`, object));
});
laps.lap('constructing');

app.synth();
laps.lap('synth');
laps.say();
