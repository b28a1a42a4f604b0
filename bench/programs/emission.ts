// Our YAML beside JSON.stringify, of objects that are given: emission.ts <objects.jsonl>
import { emitDocument } from '../../lib/output/yaml';
import { Laps } from './laps';
import { readObjects } from './objects';

const given = readObjects(process.argv[2] ?? '');
const laps = new Laps();

const streams = given.map((objects) => objects.map(emitDocument).join('---\n'));
laps.lap('emitting');

const texts = given.map((objects) => JSON.stringify(objects));
laps.lap('JSON.stringify');
laps.say();

if (streams.length !== texts.length) throw new Error('one of them wrote less');
