import type { Input } from '../../../values/expression';
import { type GrafanaDashboard, dashboard } from './dashboard';
import { RELEASE, stat, timeSeries } from './panels';

const S3 = `${RELEASE},type="s3"`;
const WRITES = `${RELEASE},name=~"PutObject|PutObjectPart|NewMultipartUpload|CompleteMultipartUpload"`;

/** The object store in the cluster: its servers and room, what is asked of it and how it answers. */
export function objectStoreDashboard({ enabled = true }: { readonly enabled?: Input<boolean> } = {}): GrafanaDashboard {
  return dashboard({
    id: 'object-store',
    title: 'Object store',
    description: 'Servers and room of MinIO, what is asked of it, and how it answers.',
    enabled,
    rows: [
      {
        height: 4,
        panels: [
          stat({
            title: 'Drives',
            description: 'That are there. With fewer than half and one of them nothing is written.',
            unit: 'short',
            targets: [{ expr: `max(minio_cluster_health_drives_online_count{${RELEASE}})` }],
          }),
          stat({
            title: 'Used',
            description: 'Share of the room for objects.',
            unit: 'percentunit',
            limits: { warning: 0.85, critical: 0.95 },
            targets: [
              {
                expr:
                  `1 - max(minio_cluster_health_capacity_usable_free_bytes{${RELEASE}})` +
                  ` / max(minio_cluster_health_capacity_usable_total_bytes{${RELEASE}})`,
              },
            ],
          }),
          stat({
            title: 'Free',
            description: 'For objects, after what is kept several times.',
            unit: 'bytes',
            targets: [{ expr: `max(minio_cluster_health_capacity_usable_free_bytes{${RELEASE}})` }],
          }),
          stat({
            title: 'Writes refused',
            description: 'Share of the last hour: by a key that is known no longer, or a bucket that is full.',
            unit: 'percentunit',
            limits: { warning: 0.001, critical: 0.01 },
            targets: [
              {
                expr:
                  `(sum(increase(minio_api_requests_4xx_errors_total{${WRITES}}[1h])) or vector(0))` +
                  ` / (sum(increase(minio_api_requests_total{${WRITES}}[1h])) > 0)`,
              },
            ],
          }),
        ],
      },
      {
        panels: [
          timeSeries({
            title: 'Requests',
            description: 'By what they ask.',
            unit: 'reqps',
            stacked: true,
            targets: [
              {
                expr: `sum by (name) (rate(minio_api_requests_total{${S3}}[$__rate_interval]))`,
                legend: '{{name}}',
              },
            ],
          }),
          timeSeries({
            title: 'Errors',
            description: 'Requests that were answered with 4xx and with 5xx. A name that is not there is a 4xx, too.',
            unit: 'reqps',
            targets: [
              { expr: `sum(rate(minio_api_requests_4xx_errors_total{${S3}}[$__rate_interval]))`, legend: '4xx' },
              { expr: `sum(rate(minio_api_requests_5xx_errors_total{${S3}}[$__rate_interval]))`, legend: '5xx' },
            ],
          }),
        ],
      },
      {
        panels: [
          timeSeries({
            title: 'Bytes',
            description: 'That clients have put and got.',
            unit: 'Bps',
            targets: [
              {
                expr: `sum(rate(minio_api_requests_traffic_received_bytes{${S3}}[$__rate_interval]))`,
                legend: 'put',
              },
              { expr: `sum(rate(minio_api_requests_traffic_sent_bytes{${S3}}[$__rate_interval]))`, legend: 'got' },
            ],
          }),
          timeSeries({
            title: 'Used by server',
            description: 'Of the volume of each.',
            unit: 'bytes',
            targets: [{ expr: `sum by (pod) (minio_system_drive_used_bytes{${RELEASE}})`, legend: '{{pod}}' }],
          }),
          timeSeries({
            title: 'Memory by server',
            description: 'Of the process.',
            unit: 'bytes',
            targets: [
              { expr: `sum by (pod) (minio_system_process_resident_memory_bytes{${RELEASE}})`, legend: '{{pod}}' },
            ],
          }),
        ],
      },
    ],
  });
}
