/** What is served: models, the versions of them, and the servers that have them. */
import { z } from 'zod';
import type { Input } from '../../values/expression';
import { byteSize, sha256, shortName } from '../../values/leaves';
import type { MapInput } from '../../values/tree';
import type { Workload } from '../../workload/workload';

/** A model of a server, by its name in `models`. */
export interface Model {
  /** The versions that are there and loaded; the last is the one that clients get who name none. */
  readonly versions: readonly ModelVersion[];
  /** What one version takes, of disk and about as much of memory: `512Mi`. */
  readonly size: string;
  /** A folder between model and version in object storage, such as that of quantised weights: `int8`. @default - none */
  readonly variant?: string | null | undefined;
}

/** A folder `<model>/<version>/` of the repository, which never changes once it is there. */
export interface ModelVersion {
  /** A whole number above 0, which is the name of its folder. */
  readonly version: number;
  /** SHA-256 of the folder's SHA256SUMS: what is fetched must be what was meant. @default - the sums of object storage are taken as they are */
  readonly sha256?: string | null | undefined;
}

/** How clients talk to a server: TensorFlow Serving's API, TorchServe's, or the Open Inference Protocol of KServe and Triton. */
export type ModelProtocol = 'tensorflow' | 'torchserve' | 'kserve';

/** A model server, as what stands before it sees it. */
export interface ModelBackend {
  /** How it is asked. */
  readonly protocol: ModelProtocol;
  /** The workload of its pods. */
  readonly workload: Workload;
  /** Leads to each pod that is ready. */
  readonly host: Input<string>;
  /** Port of its pods for HTTP. */
  readonly httpPort: number;
  /** Port of its pods for gRPC. */
  readonly grpcPort: number;
  /** What it serves, by name. */
  readonly models: MapInput<Model>;
  /** Milliseconds within which 95 of 100 requests are to be answered. */
  readonly latencyTargetMilliseconds: Input<number>;
}

/** The most versions of one model: each is loaded, beside the others. */
const MOST_VERSIONS = 8;

/** What a version has in values. */
export const versionFields = { version: z.int().min(1).max(1_000_000), sha256: sha256().nullish() } as const;

/** A list of versions with these fields. */
export const versionList = <F extends z.ZodRawShape>(fields: F, description: string) =>
  z.array(z.strictObject(fields)).min(1).max(MOST_VERSIONS).describe(description);

/** What every framework's models have in values. */
export const modelFields = {
  versions: versionList(
    versionFields,
    'Versions to have and to load, each with the SHA-256 of its SHA256SUMS or null; the last is the default.',
  ),
  size: byteSize().describe('What one version takes, of disk and about as much of memory, such as 512Mi.'),
  variant: shortName().nullish().describe('Folder between model and version in object storage, such as int8.'),
} as const;
