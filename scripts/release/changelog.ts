/** What CHANGELOG.md says of its newest version. */
export interface Version {
  readonly version: string;
  /** The first line of each entry, without the commit before it. */
  readonly changes: readonly string[];
  /** Its section, below the heading. */
  readonly notes: string;
}

/** @throws where there is no version. */
export function newest(changelog: string): Version {
  const [, version, notes] = /^## (\S+)\n+(.*?)(?=^## |$(?![\s\S]))/ms.exec(changelog) ?? [];
  if (version === undefined || notes === undefined) throw new Error('CHANGELOG.md has no version');
  const changes = [...notes.matchAll(/^- (?:[0-9a-f]{7,40}: )?(.*)$/gm)].map(([, change = '']) => change);
  return { version, changes, notes: notes.trim() };
}
