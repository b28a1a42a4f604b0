// Writes what the programs read: prepare.ts <subject> <folder>
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Manifests } from '../../lib/output/manifests';
import { replaceFolders } from '../../lib/output/write';
import { emitDocument } from '../../lib/output/yaml';
import { chartFiles } from '../../lib/output/helm/package';
import { escaped } from '../../lib/output/helm/scalars';
import { subjectOf } from '../subject';
import { writeObjects } from './objects';

const [, , name = '', folder = ''] = process.argv;
const { system, values, source } = subjectOf(name);
const release = { name: system.systemName, namespace: system.systemName };
const manifests = new Manifests(system);
const tiers = manifests.evaluate(values, release);
writeObjects(join(folder, 'objects.jsonl'), tiers.values());
writeFileSync(join(folder, 'values.yaml'), source);

const chart = chartFiles(system, new Map());
const description = chart.get('Chart.yaml') ?? '';
const plain = new Map([['Chart.yaml', description]]);
for (const [tier, objects] of tiers) {
  objects.forEach((object, i) => {
    plain.set(`templates/${tier}/${i}.yaml`, escaped(emitDocument(object)));
  });
}
replaceFolders(folder, {
  chart,
  'plain-chart': plain,
  manifests: manifests.files(values, release, system.podSecurity),
});
console.log(JSON.stringify({ name: system.systemName, objects: [...tiers.values()].flat().length }));
