/** JSON as the lines of a file that a person can read. */
import { isExpr } from '../../values/expression';
import { isList } from '../../values/json';
import { Line, Text } from '../../values/parts';
import { type JsonMap, type JsonTree, jsonLine, jsonParts } from './dashboards/json';

const WIDTH = 100;
/** What a value that is not known yet is taken for. */
const VALUE_WIDTH = 12;

/** A value whose parts stand on lines of their own where they do not fit one. */
export function jsonFile(value: JsonTree): Text {
  return new Text(lines(value, '', '', ''));
}

function lines(value: JsonTree, margin: string, before: string, after: string): readonly Line[] {
  const around = margin.length + before.length + after.length;
  const entries = isExpr(value) || around + widthOf(value) <= WIDTH ? undefined : entriesOf(value);
  if (entries === undefined) return [jsonLine(value, margin + before, after)];
  const [open, close] = isList(value) ? '[]' : '{}';
  return [
    new Line([margin + before + (open ?? '')]),
    ...entries.flatMap(([name, item], index) =>
      lines(item, `${margin}  `, name, index < entries.length - 1 ? ',' : ''),
    ),
    new Line([margin + (close ?? '') + after]),
  ];
}

function entriesOf(value: JsonTree): readonly (readonly [name: string, item: JsonTree])[] | undefined {
  if (isList(value)) return value.map((item) => ['', item]);
  if (!isMap(value)) return undefined;
  return Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => [`${JSON.stringify(key)}: `, item]);
}

function isMap(value: JsonTree): value is JsonMap {
  return typeof value === 'object' && value !== null && !isList(value) && !isExpr(value);
}

/** How wide a value is on one line. */
function widthOf(value: JsonTree): number {
  let width = 0;
  jsonParts(value, (part) => {
    width += typeof part === 'string' ? part.length : VALUE_WIDTH;
  });
  return width;
}
