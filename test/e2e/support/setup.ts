import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rcloneImage } from './backups';
import { loadImages } from './cluster';
import { k6Image, pythonImage } from './system';

/** Brings the images of all systems and of the suite at once, as each call of E2E_LOAD_IMAGES may take half a minute. */
export default async function setup(): Promise<void> {
  const own = [k6Image, pythonImage, rcloneImage].map((image) => `image: ${image}`);
  const files = readdirSync('dist', { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.yaml'));
  await loadImages([...own, ...files.map((path) => readFileSync(join('dist', path), 'utf8'))].join('\n'));
}
