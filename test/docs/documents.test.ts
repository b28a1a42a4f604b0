import { fencesIn } from './documents';

const text = `# Shop

\`\`\`ts
open();
\`\`\`

## Steps

1. First:

   \`\`\`sh
   # not a heading
   open \\
     --wide
   \`\`\`

2. Then.
`;

describe('the blocks of a document', () => {
  it('are found in lists too, without what stands before all of their lines', () => {
    expect(fencesIn(text, 'shop.md', 1)).toEqual([
      { file: 'shop.md', line: 4, language: 'ts', code: 'open();\n', section: '# Shop' },
      { file: 'shop.md', line: 12, language: 'sh', code: '# not a heading\nopen \\\n  --wide\n', section: '## Steps' },
    ]);
  });
});
