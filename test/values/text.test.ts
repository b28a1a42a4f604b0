import { z } from 'zod';
import type { JsonObject, Scope } from '../../lib/values/expression';
import { choose } from '../../lib/values/choice';
import { greaterThan } from '../../lib/values/logic';
import { add } from '../../lib/values/numbers';
import type { Text } from '../../lib/values/parts';
import { passage } from '../../lib/values/passage';
import { references } from '../../lib/values/reference';
import { assertFileText, checksum, evaluateText, expressionsOf, linesOf, text } from '../../lib/values/text';
import { type ListInput, each, eachPair, times, when } from '../../lib/values/tree';

const schema = z.strictObject({
  port: z.int().default(80).describe('Port.'),
  name: z.string().default('web').describe('Name.'),
  cache: z.boolean().default(true).describe('Whether to cache.'),
  hosts: z
    .array(z.strictObject({ name: z.string() }))
    .default([])
    .describe('Hosts.'),
  ports: z.array(z.int()).default([]).describe('Ports.'),
  headers: z.record(z.string(), z.string()).default({}).describe('Headers.'),
});
const { port, name, cache, ports, headers, ...values } = references(schema);
const hosts = values.hosts as ListInput<{ readonly name: string }>;
const scopeOf = (values: JsonObject): Scope => ({
  values: { port: 80, name: 'web', cache: true, hosts: [], ports: [], headers: {}, ...values },
  release: { name: 'r', namespace: 'n' },
  variables: new Map(),
});
const read = (content: Text, values: JsonObject = {}): string => evaluateText(content, scopeOf(values));

describe('text', () => {
  test('drops the common indentation and the line breaks at both ends, and ends with one', () => {
    const content = text`
      server {
        listen 80;

      }
    `;
    expect(read(content)).toBe('server {\n  listen 80;\n\n}\n');
  });

  test('may stand on one line', () => {
    expect(read(text`daemon off;`)).toBe('daemon off;\n');
  });

  test('is as it is written, backslashes too', () => {
    expect(read(text`location ~ \.js$ { return 200 "\n"; } \${HOME} \`date\` {{ x }}`)).toBe(
      'location ~ \\.js$ { return 200 "\\n"; } ${HOME} `date` {{ x }}\n',
    );
  });

  test('drops blanks at the end of a line, as Helm does before a condition', () => {
    expect(read(text`a${' '} `)).toBe('a\n');
    expect(read(text`a ${name}  `)).toBe('a web\n');
  });

  test('has expressions and literals within a line', () => {
    const content = text`
      listen ${port} ${'ssl'};
      ${name}:${add(port, 1)}
        ${name}
    `;
    expect(read(content, { port: 1_000_000 })).toBe('listen 1000000 ssl;\nweb:1000001\n  web\n');
  });

  test('takes a text on a line of its own at its indentation', () => {
    const inner = text`
      a ${port}
        b

      c
    `;
    expect(
      read(text`
      {
        ${inner}
      }
    `),
    ).toBe('{\n  a 80\n    b\n\n  c\n}\n');
  });

  test.each<[boolean, string]>([
    [true, 'first\n  cached\n    for long\nlast\n'],
    [false, 'first\nlast\n'],
  ])('has lines where a condition is %p', (value, expected) => {
    const content = text`
      first
        ${when(
          cache,
          text`
            cached
              for long
          `,
        )}
      last
    `;
    expect(read(content, { cache: value })).toBe(expected);
  });

  test('has other lines where a condition fails', () => {
    const content = text`
      first
      ${when(greaterThan(port, 1024), text`high`, text`low`)}
    `;
    expect(read(content)).toBe('first\nlow\n');
    expect(read(content, { port: 8080 })).toBe('first\nhigh\n');
  });

  test('decides a literal condition at once', () => {
    const content = text`
      first
      ${when(true, text`then`)}
      ${when(false, text`not`)}
      ${when(false, text`not`, text`otherwise`)}
      ${undefined}
    `;
    expect(content.items).toHaveLength(3);
    expect(read(content)).toBe('first\nthen\notherwise\n');
  });

  test('repeats lines for a list, also within another, at their indentation', () => {
    const content = text`
      hosts
        ${each(
          hosts,
          (host, index) => text`
            ${index} ${host.name}
              ${each(ports, (inner) => text`${inner} of ${host.name} on ${port}`)}
          `,
        )}
      end
    `;
    const values = { hosts: [{ name: 'a' }, { name: 'b' }], ports: [1, 2] };
    expect(read(content, values)).toBe(`hosts
  0 a
    1 of a on 80
    2 of a on 80
  1 b
    1 of b on 80
    2 of b on 80
end
`);
    expect(read(content)).toBe('hosts\nend\n');
  });

  test('repeats lines for a literal list', () => {
    const content = text`
      hosts
        ${each(['a', 'b'], (host, index) => text`${index} ${host}`)}
    `;
    expect(content.items).toHaveLength(3);
    expect(read(content)).toBe('hosts\n  0 a\n  1 b\n');
  });

  test('repeats lines for a map by the bytes of its keys', () => {
    const content = text`
      headers
      ${eachPair(headers, (key, value) => text`add_header ${key} "${value}";`)}
    `;
    expect(read(content, { headers: { b: '1', a: '2', B: '3' } })).toBe(
      'headers\nadd_header B "3";\nadd_header a "2";\nadd_header b "1";\n',
    );
  });

  test('repeats lines for a count', () => {
    const content = text`
      nodes
      ${times(port, (index) => text`node-${index}`)}
    `;
    expect(read(content, { port: 2 })).toBe('nodes\nnode-0\nnode-1\n');
    expect(read(content, { port: 0 })).toBe('nodes\n');
  });

  test('drops blank lines before a condition or loop and at the end of its body, and keeps those after it', () => {
    const content = text`
      first

      ${when(
        cache,
        text`
          cached

        `,
      )}

      middle

      ${each(hosts, (host) => text`${host.name}`)}

    `;
    expect(read(content, { hosts: [{ name: 'a' }] })).toBe('first\ncached\n\nmiddle\na\n');
    expect(read(content, { cache: false })).toBe('first\n\nmiddle\n');
  });

  test.each<[string, () => unknown]>([
    ['beside other text', () => text`a ${when(cache, text`b`)}`],
    ['beside an expression', () => text`${name}${text`b`}`],
    ['twice', () => text`${text`a`}${text`b`}`],
  ])('refuses a block %s', (_, make) => {
    expect(make).toThrow('a text, a condition or a loop stands on a line of its own');
  });

  test('takes a passage on a line of its own, all of whose lines are indented', () => {
    const inner = passage(
      'inner',
      'Two lines.',
      text`
        a ${name}
          b
      `,
    );
    const outer = text`
      {
        ${when(
          cache,
          text`
            [
              ${inner}
          `,
        )}
      ${inner}
    `;
    expect(read(outer, { name: 'x\ny' })).toBe('{\n  [\n    a x\n    y\n      b\na x\ny\n  b\n');
    expect(expressionsOf(outer).map((expression) => expression.describe())).toEqual([
      'values.cache',
      'values.name',
      'values.name',
    ]);
  });

  test('refuses a body that is no text', () => {
    expect(
      () => text`
      a
      ${[when(cache, 'b')]}
    `,
    ).toThrow('the body of a condition or loop in a text is a text');
  });
});

describe('linesOf', () => {
  test('has no line break at the end', () => {
    expect(linesOf(text`${name}`, scopeOf({}))).toEqual(['web']);
  });
});

describe('checksum', () => {
  const content = text`
    name ${name}
    ${when(cache, text`port ${port}`)}
  `;
  const sum = (values: JsonObject): string => checksum(content).evaluate(scopeOf(values));

  test('changes with what is printed, and only with that', () => {
    expect(sum({})).toMatch(/^[0-9a-f]{64}$/);
    expect(sum({ name: 'other' })).not.toBe(sum({}));
    expect(sum({ port: 81 })).not.toBe(sum({}));
    expect(sum({ cache: false, port: 81 })).toBe(sum({ cache: false }));
  });

  test('is described by all that is in it', () => {
    expect(checksum(text`a ${name}`).describe()).toBe(checksum(text`a ${name}`).describe());
    expect(checksum(text`a ${name}`).describe()).not.toBe(checksum(text`b ${name}`).describe());
    expect(checksum(text`a ${name}`).describe()).not.toBe(checksum(text`a ${choose(cache, 'b', 'c')}`).describe());
    const within = (content: Text) => checksum(text`${passage('p', 'A passage.', content)}`).describe();
    expect(within(text`a ${name}`)).toBe(within(text`a ${name}`));
    expect(within(text`a ${name}`)).not.toBe(within(text`b ${name}`));
  });
});

describe('expressionsOf', () => {
  test('names conditions, lists and what their lines have', () => {
    const content = text`
      a ${name}
      ${when(cache, text`b ${port}`, text`c ${add(port, 1)}`)}
      ${each(hosts, (host) => text`d ${host.name}`)}
    `;
    expect(expressionsOf(content).map((expression) => expression.describe())).toEqual([
      'values.name',
      'values.cache',
      'values.port',
      'add(values.port, 1)',
      'values.hosts',
      'host.name',
    ]);
  });
});

describe('assertFileText', () => {
  const message = 'nginx.conf: begin the text with a line that is always there and not indented';

  test('takes a text that begins with a line', () => {
    expect(() => assertFileText(text`${name}`, 'nginx.conf')).not.toThrow();
  });

  test.each<[string, Text]>([
    ['a condition', text`${when(cache, text`a`)}`],
    ['a loop', text`${each(hosts, (host) => text`${host.name}`)}`],
  ])('refuses %s at the start', (_, content) => {
    expect(() => assertFileText(content, 'nginx.conf')).toThrow(message);
  });

  test('refuses an indented line at the start', () => {
    expect(() =>
      assertFileText(
        text`
        a
      b
    `,
        'nginx.conf',
      ),
    ).toThrow(message);
  });
});
