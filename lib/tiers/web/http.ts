/** What all servers of HTTP share: how they are probed, how they stop, and how others find them. */
import type { Lifecycle } from 'kubernetes-types/core/v1';
import type { Server } from '../../network/connections';
import { type Input, literalOf } from '../../values/expression';
import { isSet, valueOf } from '../../values/logic';
import { cores } from '../../values/numbers';
import type { Tree, When } from '../../values/parts';
import { when } from '../../values/tree';
import type { Probes, Resources } from '../../workload/container';

/** A server of HTTP behind a Service of its own. */
export interface HttpServer extends Server {
  /** The Service's name. */
  readonly objectName: Input<string>;
  readonly servicePort: Input<number>;
  /** Where it says whether it can serve. */
  readonly readinessPath: Input<string>;
}

/** Seconds that open requests get once the server was told to stop. */
export const DRAIN_SECONDS = 30;

/**
 * Seconds between a pod's removal from its Service and the signal to stop. In that time its connections end by
 * themselves, as nginx uses none for longer than 10 s, and load balancers learn that it is gone.
 */
const PRE_STOP_SECONDS = 15;

export const GRACE_PERIOD_SECONDS = PRE_STOP_SECONDS + DRAIN_SECONDS + 5;

export const stopGracefully: Tree<Lifecycle> = { preStop: { sleep: { seconds: PRE_STOP_SECONDS } } };

/** Probes of a port named `http`. */
export function httpProbes(paths: { readonly liveness: Input<string>; readonly readiness: Input<string> }): Probes {
  return {
    // Two minutes: on a node that is short of CPU, Python alone takes one for its imports, and a restart begins again.
    startup: {
      httpGet: { path: paths.liveness, port: 'http' },
      periodSeconds: 2,
      timeoutSeconds: 2,
      failureThreshold: 60,
    },
    liveness: {
      httpGet: { path: paths.liveness, port: 'http' },
      periodSeconds: 10,
      timeoutSeconds: 5,
      failureThreshold: 3,
    },
    readiness: {
      httpGet: { path: paths.readiness, port: 'http' },
      periodSeconds: 5,
      timeoutSeconds: 5,
      failureThreshold: 2,
    },
  };
}

/** A part for the number of cores that a container can count on: its limit, or its request where it has no limit. */
export function forCores<T>({ limits, requests }: Resources, part: (count: Input<number>) => Tree<T>): When<T> {
  const limit = literalOf(limits.cpu) === null ? requests.cpu : valueOf(limits.cpu);
  return when<T>(isSet(limits.cpu), part(cores(limit)), part(cores(requests.cpu)));
}
