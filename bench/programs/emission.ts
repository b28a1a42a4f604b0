// Our YAML beside JSON.stringify, of objects that are given: emission.ts <objects.jsonl> <folder>
import { replaceFolders } from '../../lib/output/write';
import { emitDocument } from '../../lib/output/yaml';
import { Laps } from './laps';
import { readObjects } from './objects';

const [, , file = '', folder = ''] = process.argv;
const given = readObjects(file);
const laps = new Laps();

const streams = given.map((objects) => objects.map(emitDocument).join('---\n'));
laps.lap('emitting');

const texts = given.map((objects) => JSON.stringify(objects));
laps.lap('JSON.stringify');
laps.say();

// No part of what is measured: so that it can be counted.
if (streams.length !== texts.length) throw new Error('one of them wrote less');
replaceFolders(folder, { emission: new Map(streams.map((stream, i) => [`${i}.yaml`, stream])) });
