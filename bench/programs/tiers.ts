// Ours, from the description of a system: tiers.ts <subject> <folder>
import { Manifests } from '../../lib/output/manifests';
import { replaceFolders } from '../../lib/output/write';
import { subjectOf } from '../subject';
import { Laps } from './laps';

const [, , name = '', folder = ''] = process.argv;
const laps = new Laps();

const { system, values } = subjectOf(name);
laps.lap('constructing');

const release = { name: system.systemName, namespace: system.systemName };
const files = new Manifests(system).files(values, release, system.podSecurity);
laps.lap('evaluating and emitting');

replaceFolders(folder, { tiers: files });
laps.lap('writing');
laps.say();
