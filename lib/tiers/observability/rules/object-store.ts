/** The object store in the cluster: servers, drives, room, and whether requests are answered. */
import { conditionOf } from '../../../objects/conditions';
import { text } from '../../../values/text';
import { str } from '../../../values/texts';
import type { ObjectStore } from '../../data/object-store';
import type { AlertingRule, RuleFacts, RuleGroup } from '../rule';
import { type Selector, tierSelector } from './selector';
import { type Thresholds, thresholdDefaults } from './thresholds';

/** MinIO leaves out what is 0, and each server says the same of all of them. */
const ALL = 'max by (namespace, release, tier)';

export function objectStoreRules(facts: RuleFacts, store: ObjectStore, thresholds: Thresholds): RuleGroup {
  const { errorPercent, volumePercent } = { ...thresholdDefaults, ...thresholds };
  const tier = store.node.id;
  const all = tierSelector(facts, tier);
  const writes = all('name=~"PutObject|PutObjectPart|NewMultipartUpload|CompleteMultipartUpload"');
  const total = str`${ALL} (minio_cluster_health_capacity_usable_total_bytes${all()})`;
  const used = str`1 - ${ALL} (minio_cluster_health_capacity_usable_free_bytes${all()}) / ${total}`;
  return {
    name: tier,
    runbook: 'object-store',
    labels: { tier },
    enabled: conditionOf(store.servers),
    rules: [
      ...servers(all),
      {
        alert: 'ObjectStoreFull',
        expr: str`${used} > 0.95`,
        for: '5m',
        severity: 'critical',
        summary: 'The object store is {{ $value | humanizePercentage }} full',
        description: 'It refuses to take objects when nothing is left.',
      },
      {
        alert: 'ObjectStoreFilling',
        expr: str`${used} > ${volumePercent} / 100`,
        for: '15m',
        severity: 'warning',
        summary: 'The object store is {{ $value | humanizePercentage }} full',
        description: str`For a quarter of an hour more than ${volumePercent} %.`,
      },
      {
        alert: 'ObjectStoreErrors',
        expr: text`
          sum by (namespace, release, tier) (rate(minio_api_requests_5xx_errors_total${all('type="s3"')}[5m]))
            / sum by (namespace, release, tier) (rate(minio_api_requests_total${all('type="s3"')}[5m]))
            > ${errorPercent} / 100
        `,
        for: '5m',
        severity: 'critical',
        summary: '{{ $value | humanizePercentage }} of the requests to the object store fail',
        description: str`For five minutes more than ${errorPercent} % were answered with 5xx.`,
      },
      {
        alert: 'ObjectStoreWritesRefused',
        expr: text`
          sum by (namespace, release, tier) (rate(minio_api_requests_4xx_errors_total${writes}[5m]))
            / sum by (namespace, release, tier) (rate(minio_api_requests_total${writes}[5m]))
            > ${errorPercent} / 100
        `,
        for: '5m',
        severity: 'warning',
        summary: 'The object store refuses {{ $value | humanizePercentage }} of what is put into it',
        description: str`For five minutes more than ${errorPercent} %: a client has a key that is known no longer, or its bucket is full.`,
      },
    ],
  };
}

function servers(all: Selector): readonly AlertingRule[] {
  return [
    {
      alert: 'ObjectStoreDown',
      expr: str`absent(up${all()} == 1)`,
      for: '2m',
      severity: 'critical',
      summary: 'No server of the object store answers',
      description: 'For two minutes no object can be read or written.',
    },
    {
      alert: 'ObjectStoreServerDown',
      expr: str`up${all()} == 0`,
      for: '5m',
      severity: 'warning',
      summary: 'The server {{ $labels.pod }} of the object store does not answer',
      description: 'For five minutes: the others serve what it has, and one less of them may be lost.',
    },
    {
      alert: 'ObjectStoreQuorumLost',
      expr: text`
        ${ALL} (minio_cluster_health_drives_online_count${all()})
          < ${ALL} (minio_cluster_erasure_set_overall_write_quorum${all()})
      `,
      for: '1m',
      severity: 'critical',
      summary: 'The object store has {{ $value }} drives left, and serves nothing',
      description: 'For a minute they have been fewer than a write needs, so that none of its servers is ready.',
    },
    {
      alert: 'ObjectStoreDriveOffline',
      expr: text`
        ${ALL} (minio_cluster_health_drives_count${all()})
          > ${ALL} (minio_cluster_health_drives_online_count${all()})
      `,
      for: '10m',
      severity: 'warning',
      summary: 'A drive of the object store is away',
      description: 'For ten minutes not all of its {{ $value }} drives are there: one less may be lost.',
    },
  ];
}
