/** The checks of a chart: one template that renders nothing, and fails with every message at once. */
import type { Check } from '../../objects/checks';
import { type Expr, literalOf } from '../../values/expression';
import { bare } from '../../values/go-code';
import { Interpolation } from '../../values/texts';
import type { Place } from './go';

const WIDTH = 100;

export function checksTemplate(checks: readonly Check[], go: Place): string {
  return [
    '{{- /* What values must keep to together: all failures at once, and nothing is rendered. */ -}}',
    '{{- $failures := list }}',
    ...checks.filter(({ fails }) => literalOf(fails) !== false).flatMap((check) => linesOf(check, go)),
    '{{- if $failures }}',
    '{{- fail (join "\\n" $failures) }}',
    '{{- end }}',
    '',
  ].join('\n');
}

function linesOf({ loops, ...check }: Check, go: Place): readonly string[] {
  const [loop, ...inside] = loops;
  if (loop === undefined) return lineOf(check, go);
  const { index, item, over } = loop;
  const inner = go.inRange(index, item);
  const variables = `${inner.variable(index)}, ${inner.variable(item)}`;
  const lines = linesOf({ ...check, loops: inside }, inner);
  return [`{{- range ${variables} := ${over.toGoTemplate(go)} }}`, ...lines, '{{- end }}'];
}

function lineOf({ fails, fullMessage, unwanted }: Omit<Check, 'loops'>, go: Place): readonly string[] {
  if (unwanted === undefined) {
    return [...control('if', bare(fails.toGoCondition(go))), ...append(fullMessage, go), '{{- end }}'];
  }
  const { text, where } = unwanted;
  const code = text.toGoTemplate(go);
  const lines = [...control('with', bare(code)), ...append(fullMessage, go, code), '{{- end }}'];
  return literalOf(where) === true ? lines : [...control('if', bare(where.toGoCondition(go))), ...lines, '{{- end }}'];
}

/** Appends a message, with a line for each number in it. Within `with`, the code that it asked for is the dot. */
function append(message: Expr<string>, go: Place, dot?: string): readonly string[] {
  if (!(message instanceof Interpolation)) return [`{{- $failures = append $failures ${message.toGoTemplate(go)} }}`];
  const { format, operands } = message.printf(go);
  const lines = operands.map((operand) => `  ${operand === dot ? '.' : operand}`);
  return ['{{- $failures = append $failures (printf', `  ${format}`, ...lines, ') }}'];
}

/** A control of one line, or of several where it is long; `include` stays beside the name of what it includes. */
function control(keyword: string, code: string): readonly string[] {
  const whole = `{{- ${keyword} ${code} }}`;
  if (whole.length <= WIDTH) return [whole];
  const lines = [`{{- ${keyword}`];
  for (const word of code.match(/(?:(?:include )?"(?:[^"\\]|\\.)*"|[^\s"])+/g) ?? []) {
    const last = lines.at(-1) ?? '';
    if (`${last} ${word} }}`.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`  ${word}`);
  }
  return [...lines.slice(0, -1), `${lines.at(-1) ?? ''} }}`];
}
