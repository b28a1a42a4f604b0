/** Code of Go templates as text. */

/** Code without the parentheses that it needs only as an operand. */
export function bare(code: string): string {
  return code.startsWith('(') && closesAtEnd(code) ? code.slice(1, -1) : code;
}

function closesAtEnd(code: string): boolean {
  let depth = 0;
  for (const [i, token] of tokens(code)) {
    if (token === '(') depth++;
    if (token === ')' && --depth === 0) return i === code.length - 1;
  }
  return false;
}

/** Parentheses outside of quoted texts. */
function* tokens(code: string): Generator<readonly [number, string]> {
  for (const match of code.matchAll(/"(?:[^"\\]|\\.)*"|[()]/g)) yield [match.index, match[0]];
}
