/** nginx before the instances of an Api, which holds clients to their rates. */
import { conditionOf } from '../../../objects/conditions';
import { text } from '../../../values/text';
import { str } from '../../../values/texts';
import type { LoadBalancer } from '../../web/load-balancer';
import type { RuleFacts, RuleGroup } from '../rule';
import { tierSelector } from './selector';

export function loadBalancerRules(facts: RuleFacts, balancer: LoadBalancer): RuleGroup {
  const tier = balancer.node.id;
  const all = tierSelector(facts, tier);
  return {
    name: 'load-balancer',
    labels: { tier },
    enabled: conditionOf(balancer),
    rules: [
      {
        alert: 'LoadBalancerDown',
        expr: str`absent(nginx_up${all()} == 1)`,
        for: '2m',
        severity: 'critical',
        summary: 'No load balancer answers',
        description: 'For two minutes none has: the product cannot be reached.',
      },
      {
        alert: 'LoadBalancerWithoutInstances',
        expr: text`
          sum by (namespace, release, tier) (rate(load_balancer_answers_total${all('status=~"50[24]"')}[5m]))
            / sum by (namespace, release, tier) (rate(load_balancer_answers_total${all()}[5m])) > 0.01
        `,
        for: '2m',
        severity: 'critical',
        summary: '{{ $value | humanizePercentage }} of requests reach no instance',
        description: 'The load balancer has answered them with 502 or 504: instances are gone, or do not answer.',
      },
      {
        alert: 'LoadBalancerConnectionsDropped',
        expr: str`rate(nginx_connections_accepted${all()}[5m]) - rate(nginx_connections_handled${all()}[5m]) > 0`,
        for: '5m',
        severity: 'warning',
        summary: '{{ $labels.pod }} drops {{ $value | humanize }} connections per second',
        description: 'More clients come than clientConnections allows.',
      },
      {
        alert: 'LoadBalancerUncounted',
        expr: str`increase(load_balancer_uncounted_total${all()}[5m]) > 0`,
        severity: 'warning',
        summary: '{{ $labels.pod }} has let {{ $value | humanize }} requests through uncounted within five minutes',
        description: 'No pod could count them: rates hold nobody back, those of authentication among them.',
      },
      {
        alert: 'LoadBalancerAttack',
        expr: str`sum by (namespace, release, tier) (rate(load_balancer_limited_total${all('rule="authentication"')}[5m])) > 1`,
        for: '5m',
        severity: 'warning',
        summary: '{{ $value | humanize }} attempts to log in are refused per second',
        description: 'For five minutes: somebody tries passwords, or a client repeats a request that fails.',
      },
    ],
  };
}
