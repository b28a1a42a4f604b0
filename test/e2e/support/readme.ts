import { readFileSync } from 'node:fs';

/**
 * The command lines in the `sh` blocks of a Markdown file, each as it would be typed.
 *
 * @param title of the section that is meant; without it, the whole file
 */
export function documentedCommands(file: string, title?: string): readonly string[] {
  const blocks = [...sectionOf(file, title).matchAll(/^```sh\n(.*?)^```$/gms)];
  return blocks.flatMap(([, block = '']) => block.split(/(?<!\\|&&|\|)\n/)).filter((line) => /^(?!#)\S/.test(line));
}

function sectionOf(file: string, title?: string): string {
  const text = readFileSync(file, 'utf8');
  if (title === undefined) return text;
  const section = text.split(/^(?=## )/m).find((part) => part.startsWith(`## ${title}\n`));
  if (section === undefined) throw new Error(`${file} has no section "${title}"`);
  return section;
}

/** Those that begin so. @throws where there is none */
export function beginningWith(commands: readonly string[], beginning: string): readonly string[] {
  const found = commands.filter((command) => command.startsWith(beginning));
  if (found.length === 0) throw new Error(`no command begins with "${beginning}" among:\n${commands.join('\n')}`);
  return found;
}
