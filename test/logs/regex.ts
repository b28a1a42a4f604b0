/**
 * A regular expression of Logstash, which Ruby's engine reads, for JavaScript: of those alone that mean the same in both, and
 * in Go, which the grok library of these tests is written in.
 */
export function regexOf(source: string): RegExp {
  const ignoresCase = source.startsWith('(?i)');
  const body = ignoresCase ? source.slice('(?i)'.length) : source;
  assertPortable(body);
  return new RegExp(
    body.replaceAll(/(\\.)/g, (escape) => ANCHORS[escape] ?? escape),
    ignoresCase ? 'gi' : 'g',
  );
}

/** What may stand behind a backslash. */
const ESCAPES = 'ABDSWbdnrstwxz0123456789.-[](){}|*+?^$/\\"';
const ANCHORS: Readonly<Record<string, string>> = { '\\A': '^', '\\z': '$' };

/** To Ruby `^` and `$` are the ends of lines, elsewhere those of the text; a look aside is unknown to Go. */
export function assertPortable(source: string): void {
  const bare = source.replaceAll(/\\[\s\S]/g, '').replaceAll(/\[\^?[^\]]*\]/g, '');
  if (/[$^]/.test(bare)) throw new SyntaxError(`${source}: say \\A and \\z for ^ and $`);
  if (/\(\?(?!:)/.test(bare)) throw new SyntaxError(`${source}: no group but (…) and (?:…)`);
  const unknown = [...source.matchAll(/\\([\s\S])/g)].filter(([, escaped = '']) => !ESCAPES.includes(escaped));
  if (unknown.length > 0) throw new SyntaxError(`${source}: an unknown escape`);
}

/** Ruby's `\1` in a replacement. */
export function replacementOf(source: string): string {
  return source.replaceAll('$', '$$$$').replaceAll(/\\(\d)/g, '$$$1');
}
