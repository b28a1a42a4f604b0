// Ours, the chart of a system: chart.ts <subject> <folder>
import { chartFiles } from '../../lib/output/helm/package';
import { replaceFolders } from '../../lib/output/write';
import { subjectOf } from '../subject';
import { Laps } from './laps';

const [, , name = '', folder = ''] = process.argv;
const laps = new Laps();

const { system } = subjectOf(name);
laps.lap('constructing');

const files = chartFiles(system, new Map());
laps.lap('emitting');

replaceFolders(folder, { 'our-chart': files });
laps.lap('writing');
laps.say();
