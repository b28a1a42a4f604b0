import { readFileSync } from 'node:fs';

/** The command lines in the `sh` blocks of a Markdown file, each as it would be typed. */
export function documentedCommands(file: string): readonly string[] {
  const blocks = [...readFileSync(file, 'utf8').matchAll(/^```sh\n(.*?)^```$/gms)];
  return blocks.flatMap(([, block = '']) => block.split(/(?<!\\|&&)\n/)).filter((line) => line.trim() !== '');
}

/** Those that begin so. @throws where there is none */
export function beginningWith(commands: readonly string[], beginning: string): readonly string[] {
  const found = commands.filter((command) => command.startsWith(beginning));
  if (found.length === 0) throw new Error(`no command begins with "${beginning}" among:\n${commands.join('\n')}`);
  return found;
}
