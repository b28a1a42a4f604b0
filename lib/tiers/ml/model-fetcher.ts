/** What fills a server's volume with models before it starts. */
import type { EnvVar, Volume, VolumeMount } from 'kubernetes-types/core/v1';
import { images } from '../../images';
import { allow } from '../../network/connections';
import { conditionOf } from '../../objects/conditions';
import { choose } from '../../values/choice';
import type { Input } from '../../values/expression';
import { isSet, valueOf } from '../../values/logic';
import type { Items, Text, Tree } from '../../values/parts';
import { checksum, text } from '../../values/text';
import { str } from '../../values/texts';
import { type MapInput, each, eachPair, when } from '../../values/tree';
import { addConfigMap } from '../../workload/config-map';
import type { ContainerProps, Resources } from '../../workload/container';
import type { Image } from '../../workload/platform';
import type { Workload } from '../../workload/workload';
import { password } from '../data/redis-pod';
import { rcloneContainer, rcloneMount, rcloneVolume } from '../operations/rclone';
import type { Tier } from '../tier';
import type { Model } from './model';
import type { ModelCache } from './model-cache';
import { REPOSITORY, VOLUME } from './model-fetcher-scripts';
import { SCRIPTS, TOOLS } from './model-library';
import type { ModelStorage } from './model-storage';

/** Props of `modelFetcher`. */
export interface ModelFetcherProps {
  /** What is fetched, by name. */
  readonly models: MapInput<Model>;
  /** Where it is fetched from. */
  readonly storage: ModelStorage;
  /** What is asked before object storage is. @default - none */
  readonly cache?: ModelCache | undefined;
  /** Redis, with a shell. @default - see lib/images.ts */
  readonly image?: Image | undefined;
  /** rclone. @default - see lib/images.ts */
  readonly toolsImage?: Image | undefined;
  /** CPU, memory and disk of each of its containers. @default - see modelFetcherDefaults */
  readonly resources?: Resources | undefined;
  /**
   * POSIX sh for what a server needs beside the versions. It runs before each start, in the folder that the server sees,
   * when all versions are there.
   * @default - nothing
   */
  readonly place?: Text | undefined;
}

/** Init containers that fetch models, and the volumes they need. */
export interface ModelFetcher {
  /** In the order in which they run. */
  readonly initContainers: readonly ContainerProps[];
  /** Beside the volume `models`, which is the server's own. */
  readonly volumes: Items<Volume>;
  /** Other models restart the pods. Other scripts do not: who has its models need not fetch them anew. */
  readonly checksums: Readonly<Record<string, Input<string>>>;
  /** Adds the list, and lets the pods reach what they ask. */
  connect(workload: Workload): void;
}

/** Defaults of `ModelFetcherProps`. */
export const modelFetcherDefaults = {
  image: images.redis,
  toolsImage: images.rclone,
  resources: {
    requests: { cpu: '100m', memory: '256Mi', ephemeralStorage: '32Mi' },
    limits: { cpu: '2', memory: '512Mi', ephemeralStorage: '64Mi' },
  },
} as const;

/**
 * How the server mounts the volume `models`: the folder with whole versions alone. Beside it are those on their way, and
 * what file systems keep at their root, such as `lost+found`, which servers would take for models.
 */
export const modelsMount: Tree<VolumeMount> = {
  name: 'models',
  mountPath: '/models',
  subPath: REPOSITORY,
  readOnly: true,
};

/** What asks the cache. */
export function cacheEnv(cache: ModelCache): Items<EnvVar> {
  return [
    { name: 'CACHE_HOST', value: cache.objectName },
    { name: 'CACHE_KEEP_SECONDS', value: str`${cache.keepSeconds}` },
    password(cache.secret),
  ];
}

/**
 * Init containers that fill the volume `models` of a server's workload, which takes `initContainers`, `volumes` and
 * `checksums`, and is then given to `connect`. Its containers mount `modelsMount`.
 */
export function modelFetcher(tier: Tier, props: ModelFetcherProps): ModelFetcher {
  const { models, storage, cache, place } = props;
  const { image, toolsImage, resources } = {
    image: props.image ?? modelFetcherDefaults.image,
    toolsImage: props.toolsImage ?? modelFetcherDefaults.toolsImage,
    resources: props.resources ?? modelFetcherDefaults.resources,
  };
  const list = modelList(models);
  return {
    initContainers: [
      rcloneContainer(toolsImage, TOOLS),
      {
        name: 'models',
        image,
        command: ['sh', `${SCRIPTS}/fetch.sh`],
        env: [
          ...storage.env,
          ...(cache === undefined ? [] : [when<readonly EnvVar[]>(conditionOf(cache), cacheEnv(cache))]),
        ],
        resources,
        mounts: [{ name: 'models', mountPath: VOLUME }, rcloneMount(TOOLS), ...storage.mounts],
        writable: { '/tmp': '16Mi' },
      },
    ],
    volumes: [rcloneVolume, ...storage.volumes(str`${tier.objectName}-models`)],
    checksums: { models: checksum(list), ...(place === undefined ? {} : { 'place.sh': checksum(place) }) },
    connect: (workload) => {
      addConfigMap(workload, 'models', { models: list, ...(place && { 'place.sh': place }) }, 'models');
      storage.connect(workload);
      if (cache === undefined) return;
      for (const endpoint of cache.endpoints) allow(workload, endpoint);
      cache.preload(workload, models);
    },
  };
}

/** What the scripts read: a line for each version. */
export function modelList(models: MapInput<Model>): Text {
  return text`
    # model version SHA-256-of-SHA256SUMS variant
    ${modelLines(models)}
  `;
}

/** The lines alone. */
export function modelLines(models: MapInput<Model>): Items<string> {
  return eachPair<Model, string>(
    models,
    (name, { versions, variant }) => text`
      ${each(versions, ({ version, sha256 }) => text`${name} ${version} ${orDash(sha256)} ${orDash(variant)}`)}
    `,
  );
}

function orDash(given: Input<string | null> | undefined): Input<string> {
  const known = given ?? null;
  return choose(isSet(known), valueOf(known), '-');
}
