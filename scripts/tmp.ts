import { blocksOf, documents, generated } from '../test/docs/documents';
import { commandsOf } from '../test/docs/shell';
const blocks = [...documents, ...generated.filter((f) => !f.startsWith('docs/api'))].flatMap(blocksOf).filter(({ language }) => ['sh', 'console'].includes(language));
const t = Date.now();
const c = commandsOf(blocks);
console.error(Date.now() - t, blocks.length, c.length, c.flat().length);
c.forEach((cs, i) => cs.forEach((x) => console.log(`${blocks[i]!.file}:${blocks[i]!.line} ${JSON.stringify(x)}`)));
