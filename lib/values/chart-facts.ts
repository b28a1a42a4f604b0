/** What only a chart knows. */
import { Expr, type GoContext, type Kind } from './expression';

/** A fact that has no counterpart in plain manifests; it stands only in `when(IN_CHART, …)`. */
class ChartFact<T> extends Expr<T> {
  constructor(
    kind: Kind,
    private readonly name: string,
    private readonly code: (root: string) => string,
    private readonly inManifests?: T,
  ) {
    super(kind);
  }
  override get plain(): boolean {
    return true;
  }
  evaluate(): T {
    if (this.inManifests === undefined) throw new Error(`${this.name} is known only to a chart`);
    return this.inManifests;
  }
  toGoTemplate(go: GoContext): string {
    return this.code(go.root);
  }
  protected description(): string {
    return this.name;
  }
}

/** False in plain manifests; the Helm reading prints such parts without a condition. */
export const IN_CHART: Expr<boolean> = new ChartFact('bool', 'inChart', () => 'true', false);
export const CHART_SERVICE: Expr<string> = new ChartFact<string>(
  'string',
  'release.service',
  (root) => `${root}.Release.Service`,
);
export const CHART_LABEL: Expr<string> = new ChartFact<string>(
  'string',
  'chart.label',
  (root) => `(printf "%s-%s" ${root}.Chart.Name ${root}.Chart.Version)`,
);
