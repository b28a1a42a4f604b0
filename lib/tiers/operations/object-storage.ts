/** Object storage outside the cluster, by the S3 API. */
import { allowOutside } from '../../network/connections';
import type { Input } from '../../values/expression';
import type { ListInput } from '../../values/tree';
import type { Workload } from '../../workload/workload';

/** A bucket, and the way there. */
export interface ObjectStorage {
  /** Such as `https://s3.eu-central-1.amazonaws.com`. */
  readonly endpoint: Input<string>;
  /** Region of the bucket, as the provider names it. */
  readonly region: Input<string>;
  /** Name of the bucket, which must exist. */
  readonly bucket: Input<string>;
  /** Folder in the bucket, or null for the one that its user takes by default. */
  readonly prefix: Input<string | null>;
  /** Secret with the keys `access-key-id` and `secret-access-key`, or null for the one that its user expects. */
  readonly existingSecret: Input<string | null>;
  /** Networks in which the endpoint is, as pods reach it. */
  readonly addresses: ListInput<string>;
  /** Port of the endpoint, as pods reach it. */
  readonly port: Input<number>;
}

/** Lets pods reach it, where `enabled` says so. */
export function allowObjectStorage(
  workload: Workload,
  { addresses, port }: Pick<ObjectStorage, 'addresses' | 'port'>,
  enabled: Input<boolean>,
): void {
  allowOutside(workload, { name: 'object storage', addresses, port }, enabled);
}
