import { parsePipeline } from './conf';
import { regexOf, replacementOf } from './regex';

describe("the reader of Logstash's configuration", () => {
  it('reads sections, settings of every form, conditions and comments', () => {
    const pipeline = parsePipeline(`
      # a comment
      input { beats { port => 5044 ssl_enabled => true } }
      filter {
        if ([a][b] == "x" or [c] =~ /\\Ay\\/z/) and ![d] {
          mutate { gsub => ["e", 'f\\1"', ""] rename => { "g" => "[h][i]" "j" => "k" } }
        } else { drop {} }
      }
    `);
    expect(pipeline.input).toEqual([
      {
        plugin: 'beats',
        settings: new Map<string, unknown>([
          ['port', 5044],
          ['ssl_enabled', 'true'],
        ]),
      },
    ]);
    expect(pipeline.filter).toEqual([
      {
        branches: [
          {
            condition: {
              all: [
                {
                  operand: {
                    group: {
                      any: [
                        { left: { field: '[a][b]' }, operator: '==', right: { value: 'x' } },
                        { left: { field: '[c]' }, operator: '=~', right: { regex: '\\Ay/z' } },
                      ],
                    },
                  },
                },
                { not: { operand: { field: '[d]' } } },
              ],
            },
            body: [
              {
                plugin: 'mutate',
                settings: new Map<string, unknown>([
                  ['gsub', ['e', 'f\\1"', '']],
                  [
                    'rename',
                    new Map([
                      ['g', '[h][i]'],
                      ['j', 'k'],
                    ]),
                  ],
                ]),
              },
            ],
          },
          { condition: undefined, body: [{ plugin: 'drop', settings: new Map() }] },
        ],
      },
    ]);
  });

  test.each([
    ['filter { mutate { a => 1 a => 2 } }', 'line 1: a stands twice in mutate'],
    ['filter { if [a] and [b] or [c] { } }', 'line 1: and and or need parentheses'],
    ['filter {\n  mutate { a => [1 2] }\n}', 'line 2: 2 instead of ,'],
    ['filters { }', 'line 1: no section filters'],
    ['filter { mutate { ', 'line 1: it ends'],
  ])('refuses %j', (source, message) => {
    expect(() => parsePipeline(source)).toThrow(message);
  });
});

describe('a regular expression', () => {
  it('means in JavaScript what it means in Ruby', () => {
    expect('a\nb=1'.replace(regexOf(String.raw`\Aa\s(b)=\d\z`), replacementOf(String.raw`\1$`))).toBe('b$');
    expect('X=1 x=2'.replace(regexOf('(?i)(x)=[^ ]'), replacementOf(String.raw`\1`))).toBe('X x');
  });

  test.each(['^a', 'a$', '(?=a)', '(?<name>a)', String.raw`\h`])('is refused where that differs: %s', (source) => {
    expect(() => regexOf(source)).toThrow(source);
  });
});
