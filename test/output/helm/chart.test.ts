import { chartFiles } from '../../../lib/output/helm/package';
import { system } from '../../systems/cluster-ai/environments';

const templates = [...chartFiles(system, new Map())].filter(([path]) => path.startsWith('templates/'));
const all = templates.map(([, content]) => content).join('\n');

/** Places of a pattern in the code between braces, literals aside: `templates/…: {{ … }}`. */
function inCode(pattern: RegExp): readonly string[] {
  return templates.flatMap(([path, content]) =>
    [...content.matchAll(/\{\{.*?\}\}/g)]
      .map(([action]) => action)
      .filter((action) => !action.startsWith('{{/*') && pattern.test(action.replace(/"(?:\\.|[^"\\])*"/g, '""')))
      .map((action) => `${path}: ${action}`),
  );
}

const objects = templates.filter(([path]) => path.endsWith('.yaml') && path !== 'templates/checks.yaml');
const defines = [...all.matchAll(/\{\{- define "([^"]+)"/g)].map(([, name]) => name ?? '');

describe("Cluster AI's templates", () => {
  it.each([
    ['tpl', /(?<![\w.$-])tpl\b/],
    ['lookup', /(?<![\w.$-])lookup\b/],
    ['now', /(?<![\w.$-])now\b/],
    ['random functions', /(?<![\w.$-])(?:rand\w*|uuidv4|shuffle|gen\w+)\b/],
    ['.Capabilities', /\.Capabilities\b/],
    ['default', /(?<![\w.$-])(?:default|coalesce)\b/],
    ['toYaml', /(?<![\w.$-])(?:toYaml|toPrettyJson|fromYaml)\b/],
  ])('have no %s', (_, pattern) => {
    expect(inCode(pattern)).toEqual([]);
  });

  it('have JSON only to hash it', () => {
    expect(inCode(/\btoJson\b(?!.*\bsha256sum\b)/)).toEqual([]);
    expect(
      templates.flatMap(([path, content]) =>
        (content.match(/^\s*[\w./-]+: [{[]".*$/gm) ?? []).map((line) => path + line),
      ),
    ).toEqual([]);
  });

  it('are one object per file, in a folder per tier, called after its kind', () => {
    for (const [path, content] of objects) {
      const kinds = [...content.matchAll(/^kind: (\w+)$/gm)].map(([, kind = '']) => kind.toLowerCase());
      expect([path, kinds.length, content.includes('\n---')]).toEqual([path, 1, false]);
      expect(path).toMatch(/^templates\/[a-z-]+\/[a-z-]+\.yaml$/);
      expect(path).toContain(kinds[0]);
    }
  });

  it('say first under which condition the object is there, then what it computes, then the object', () => {
    const variables = String.raw`(?:\{\{- \$\w+ := [^}]*\}\}\n)*`;
    const whole = new RegExp(`^${variables}apiVersion: `);
    const guarded = new RegExp(`^\\{\\{- if [^}]* \\}\\}\\n${variables}apiVersion: [^]*\\n\\{\\{- end \\}\\}\\n$`);
    const others = objects.filter(([, content]) => !whole.test(content) && !guarded.test(content));
    expect(others.map(([path]) => path)).toEqual([]);
  });

  it('put controls at the indentation of what they guard', () => {
    for (const [path, content] of objects) {
      const lines = content.split('\n');
      lines.forEach((line, i) => {
        if (!/^\s*\{\{- (?:if|range) /.test(line)) return;
        const guarded = lines.slice(i + 1).find((next) => !/^\s*\{\{/.test(next) && next !== '') ?? '';
        const indent = (text: string) => text.search(/\S/);
        if (/^\s*\{\{/.test(lines[i + 1] ?? '')) return;
        expect([path, i + 1, indent(line)]).toEqual([path, i + 1, indent(guarded)]);
      });
    }
  });

  it('have hooks only for helm test', () => {
    const hooks = [...all.matchAll(/"?helm\.sh\/hook"?: (.*)/g)].map(([, hook]) => hook);
    expect(new Set(hooks)).toEqual(new Set(['test']));
  });

  it('explain every named template in a comment above it', () => {
    const bare = templates.flatMap(([path, content]) =>
      [...content.matchAll(/(^.*\n)?^\{\{- define "([^"]+)"/gm)]
        .filter(([, above = '']) => !/\*\/ ?-?\}\}\n$/.test(above))
        .map(([, , name]) => `${path}: ${name ?? ''}`),
    );
    expect(bare).toEqual([]);
  });

  it('define nothing that is not used', () => {
    expect(defines.filter((name) => !all.includes(`include "${name}"`))).toEqual([]);
  });

  it('define every name once', () => {
    expect(new Set(defines).size).toBe(defines.length);
  });

  it('have each rule of Prometheus once, for its file and for the PrometheusRule', () => {
    const withRules = templates.filter(([, content]) => /^ *- (?:alert|record): /m.test(content)).map(([path]) => path);
    expect(withRules.length).toBeGreaterThan(15);
    expect(withRules.filter((path) => !/^templates\/prometheus\/_rules-[a-z-]+\.tpl$/.test(path))).toEqual([]);
  });

  it('define helpers only for what repeats', () => {
    expect(defines.filter((name) => all.split(`include "${name}"`).length < 3)).toEqual([]);
  });
});
