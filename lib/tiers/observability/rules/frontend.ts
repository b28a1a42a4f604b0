/** nginx in front of everything. */
import { conditionOf } from '../../../objects/conditions';
import { str } from '../../../values/texts';
import type { Frontend } from '../../web/frontend';
import type { RuleFacts, RuleGroup } from '../rule';
import { tierSelector } from './selector';

export function frontendRules(facts: RuleFacts, frontend: Frontend): RuleGroup {
  const tier = frontend.node.id;
  const all = tierSelector(facts, tier);
  return {
    name: 'frontend',
    labels: { tier },
    enabled: conditionOf(frontend),
    rules: [
      {
        record: 'tier:nginx_http_requests:rate5m',
        expr: str`sum by (namespace, release, tier) (rate(nginx_http_requests_total${all()}[5m]))`,
      },
      {
        alert: 'FrontendDown',
        expr: str`absent(nginx_up${all()} == 1)`,
        for: '2m',
        severity: 'critical',
        summary: 'No nginx of the frontend answers',
        description: 'For two minutes none has: the product cannot be reached.',
      },
      {
        alert: 'NginxDown',
        expr: str`nginx_up${all()} == 0`,
        for: '5m',
        severity: 'warning',
        summary: 'nginx in {{ $labels.pod }} does not answer',
        description: 'Its exporter does, and has asked it in vain for five minutes.',
      },
      {
        alert: 'NginxConnectionsDropped',
        expr: str`rate(nginx_connections_accepted${all()}[5m]) - rate(nginx_connections_handled${all()}[5m]) > 0`,
        for: '5m',
        severity: 'warning',
        summary: '{{ $labels.pod }} drops {{ $value | humanize }} connections per second',
        description: 'More clients come than worker_connections allows.',
      },
    ],
  };
}
