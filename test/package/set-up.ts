/** Packs the package and installs it in copies of the projects, once for all tests. */
import { cpSync, mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execNpm, install, root } from './npm';

export default function setUp(): void {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'cdk8s-tiers-package-')));
  process.env.PACKAGE_FOLDER = folder;
  execNpm(root, 'pack', '--pack-destination', folder);
  for (const project of ['cdk8s-app', 'shop-system', 'javascript']) {
    cpSync(join(__dirname, 'projects', project), join(folder, project), { recursive: true });
    install(join(folder, project));
  }
}
