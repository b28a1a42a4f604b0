/** Writes every system: plain manifests under dist/, a chart under charts/. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFolders } from './lib/output/write';
import { systems } from './lib/systems/systems';
import { synthesise } from './lib/systems/synthesise';

const { dist, charts, summary, problems } = synthesise(systems());

if (problems.length > 0) {
  process.stderr.write(`Nothing is written:\n${problems.join('\n')}\n`);
  process.exitCode = 1;
} else {
  replaceFolders(process.cwd(), { dist, charts });
  // The CLI asks for a file in the folder that it names; what this app writes is beside it.
  const scratch = process.env.CDK8S_OUTDIR;
  if (scratch !== undefined) {
    mkdirSync(scratch, { recursive: true });
    writeFileSync(join(scratch, 'written.yaml'), summary.map((line) => `- ${line}\n`).join(''));
  }
  // `npm run watch` says what has changed.
  if (require.main === module) process.stderr.write(`${summary.join('\n')}\n`);
}
