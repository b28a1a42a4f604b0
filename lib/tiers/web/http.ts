/** What all servers of HTTP share: how they are probed, how they stop, and how others find them. */
import type { Lifecycle } from 'kubernetes-types/core/v1';
import type { Server } from '../../network/connections';
import { choose } from '../../values/choice';
import { type Expr, type Input, literalOf } from '../../values/expression';
import { isSet, valueOf } from '../../values/logic';
import { cores } from '../../values/numbers';
import type { Tree } from '../../values/parts';
import type { Probes, Resources } from '../../workload/container';

/** A server of HTTP behind a Service of its own. */
export interface HttpServer extends Server {
  /** The Service's name. */
  readonly objectName: Input<string>;
  /** Port of the Service. */
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

/** The cores that a container can count on: those of its limit, or of its request where it has no limit. */
export function coresOf({ limits, requests }: Resources): Expr<number> {
  return cores(
    literalOf(limits.cpu) === null ? requests.cpu : choose(isSet(limits.cpu), valueOf(limits.cpu), requests.cpu),
  );
}
