/** What a visitor sees from outside: whether the product answers, and for how long its certificate is good. */
import type { Input } from '../../../values/expression';
import { multiply } from '../../../values/numbers';
import { str } from '../../../values/texts';
import type { RuleFacts, RuleGroup } from '../rule';
import { selectorOf } from './selector';
import { type Thresholds, thresholdDefaults } from './thresholds';

const DAY = 86_400;
/** Let's Encrypt and others give 90 days at the most, and renew a month before: a week is late. */
const LAST_DAYS = 7;

/** @param enabled whether URLs are asked for from outside */
export function outsideRules(facts: RuleFacts, enabled: Input<boolean>, thresholds: Thresholds): RuleGroup {
  const { certificateDays } = { ...thresholdDefaults, ...thresholds };
  const all = selectorOf(facts, 'job="blackbox"');
  const left = str`probe_ssl_earliest_cert_expiry${all()} - time()`;
  return {
    name: 'outside',
    enabled,
    rules: [
      {
        alert: 'SiteUnreachable',
        expr: str`probe_success${all()} == 0`,
        for: '2m',
        severity: 'critical',
        summary: '{{ $labels.target }} does not answer',
        description: 'For two minutes, by the way that visitors take: name, ingress, certificate and frontend.',
      },
      {
        alert: 'CertificateExpires',
        expr: str`${left} < ${multiply(certificateDays, DAY)}`,
        for: '1h',
        severity: 'warning',
        summary: 'The certificate of {{ $labels.target }} expires in {{ $value | humanizeDuration }}',
        description: str`Less than ${certificateDays} days, and nothing has renewed it.`,
      },
      {
        alert: 'CertificateExpiresSoon',
        expr: str`${left} < ${LAST_DAYS * DAY}`,
        for: '10m',
        severity: 'critical',
        summary: 'The certificate of {{ $labels.target }} expires in {{ $value | humanizeDuration }}',
        description: 'After that no browser lets anyone in.',
      },
    ],
  };
}
