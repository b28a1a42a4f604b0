/** Scalars of a template: literals, and expressions within `{{ }}`. */
import { type Expr, type GoContext, type Scalar, isExpr, isScalar, literalOf } from '../../values/expression';
import { Choice } from '../../values/choice';
import { bare } from '../../values/go-code';
import { Interpolation } from '../../values/texts';
import { emitDocument, scalarText } from '../yaml';

/** Text that Helm prints as it is, though it may have `{{` of its own. */
export function escaped(text: string): string {
  return text.replace(/\{\{/g, '{{ "{{" }}');
}

export function action(code: string): string {
  return `{{ ${bare(code)} }}`;
}

/** An expression among the characters of a text or a scalar. */
export function inline(parts: readonly (string | Expr<unknown>)[], go: GoContext): string {
  let result = '';
  for (const part of parts) {
    if (!isExpr(part)) {
      result += escaped(part);
      continue;
    }
    const literal = literalOf(part);
    if (isScalar(literal)) {
      result += escaped(String(literal));
      continue;
    }
    // A brace directly before an action would be taken for its beginning.
    if (result.endsWith('{')) result = `${result.slice(0, -1)}{{ "{" }}`;
    result += inlineExpression(part, go);
  }
  return result;
}

function inlineExpression(part: Expr<unknown>, go: GoContext): string {
  if (part instanceof Interpolation) return inline(part.parts, go);
  if (!(part instanceof Choice)) return action(part.toGoTemplate(go));
  const branches = [part.then, part.otherwise].map((branch) => inline([branch], go));
  return `{{ if ${bare(part.condition.toGoCondition(go))} }}${branches.join('{{ else }}')}{{ end }}`;
}

/** What a plain expression may print: each shows whether YAML needs quotes around the whole. */
const SAMPLES = ['a', '1', '1e5', '0x1', 'null', '1:2'];

/** A scalar as the value of a key or an item that stands at an indentation. */
export function scalar(node: Scalar | Expr<unknown>, go: GoContext, indent: number): string {
  if (!isExpr(node)) return literalScalar(node, indent);
  const literal = literalOf(node);
  return isScalar(literal) ? literalScalar(literal, indent) : scalarExpression(node, go);
}

function scalarExpression(expression: Expr<unknown>, go: GoContext): string {
  if (expression.kind !== 'string') return action(expression.toGoTemplate(go));
  if (
    expression instanceof Interpolation &&
    expression.parts.every((part) => !isExpr(part) || part.plain || part.kind !== 'string')
  ) {
    const code = inline(expression.parts, go);
    if (SAMPLES.every((sample) => staysPlain(expression, sample))) return code;
    if (expression.parts.every((part) => isExpr(part) || !/["\\\n]/.test(part))) return `"${code}"`;
  }
  return `{{ ${bare(expression.toGoTemplate(go))} | quote }}`;
}

function staysPlain({ parts }: Interpolation, sample: string): boolean {
  const text = parts.map((part) => (isExpr(part) ? (part.kind === 'string' ? sample : '1') : part)).join('');
  return scalarText(text) === text;
}

function literalScalar(literal: Scalar, indent: number): string {
  if (typeof literal === 'string' && !literal.includes('\n')) return escaped(scalarText(literal));
  return escaped(
    emitDocument(literal)
      .trimEnd()
      .replace(/\n(?!\n)/g, `\n${' '.repeat(indent)}`),
  );
}
