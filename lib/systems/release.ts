/** The release of this project that its charts are of. `npm run bump` writes version.json. */
import { changes, version } from './version.json';

/** Of the package and of every chart. */
export { version };

/** What is new in a system's chart: what is said of all, and of it as `cluster-ai: …`. */
export function changesOf(system: string): readonly string[] {
  return changes.flatMap((change) => {
    const [start = '', subject = system] = /^([a-z-]+): /.exec(change) ?? [];
    return subject === system ? [change.slice(start.length)] : [];
  });
}
