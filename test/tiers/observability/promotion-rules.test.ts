import { App, Chart } from 'cdk8s';
import { Postgres } from '../../../lib/tiers/data/postgres';
import { Prometheus } from '../../../lib/tiers/observability/prometheus';
import { rulesOf } from '../../../lib/tiers/observability/rules/rules';
import { LITERALS } from '../../../lib/values/expression';
import { Text } from '../../../lib/values/parts';
import { evaluateText } from '../../../lib/values/text';
import { casesOf } from '../../rules/cases';

/** Of a Postgres whose replica can be promoted, or cannot. */
function expressions(promoted?: false): Readonly<Record<string, string>> {
  const chart = new Chart(new App(), 'shop');
  const prometheus = new Prometheus(chart, 'prometheus');
  const settings = { database: 'shop', replicas: 1, ...(promoted === undefined ? {} : { promoted }) };
  const groups = rulesOf({ prometheus, postgres: new Postgres(chart, 'postgres', settings) });
  const rules = groups.filter(({ name }) => name.startsWith('postgres')).flatMap((group) => group.rules);
  return Object.fromEntries(
    rules.map((rule) => [
      'alert' in rule ? rule.alert : rule.record,
      rule.expr instanceof Text
        ? evaluateText(rule.expr, LITERALS)
        : typeof rule.expr === 'string'
          ? rule.expr
          : rule.expr.evaluate(LITERALS),
    ]),
  );
}

describe('rules of a Postgres whose replica can be promoted', () => {
  test('ask who takes writes, not which pod it is', () => {
    const { PostgresDown, PostgresReplicaMissing, PostgresReplicationStopped } = expressions(false);
    expect(PostgresDown).toMatch(
      /^absent\(pg_up\{.*\} == 1 and on \(namespace, pod\) pg_replication_is_replica\{.*\} == 0\)$/,
    );
    expect(PostgresReplicaMissing).toMatch('pg_replication_is_replica');
    expect(PostgresReplicationStopped).toMatch('slot_name=~"(primary|replica)_.*"');
    expect(expressions().PostgresDown).not.toMatch('pg_replication_is_replica');
  });

  test('tell of two primaries, where there can be two', () => {
    expect(expressions(false).PostgresTwoPrimaries).toMatch(/^count\(pg_replication_is_replica\{.*\} == 0\) > 1$/);
    expect(expressions().PostgresTwoPrimaries).toBeUndefined();
    expect(casesOf('postgres-promotion').cases.map(({ alert }) => alert)).toEqual(['PostgresTwoPrimaries']);
  });
});
