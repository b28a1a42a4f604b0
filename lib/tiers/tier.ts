/** What every tier is: an ordinary construct, which may be conditional, whose objects are named after it. */
import { Construct } from 'constructs';
import { type Server, connect } from '../network/connections';
import { onlyWhen } from '../objects/conditions';
import type { Input } from '../values/expression';
import { str } from '../values/texts';
import { Platform } from '../workload/platform';
import type { Workload } from '../workload/workload';

/** Props of `Tier`. */
export interface TierProps {
  /** Whether the tier is there. What refers to it follows. @default true */
  readonly enabled?: Input<boolean>;
}

/** A part of a platform: an ordinary construct that may be conditional, whose objects are named after it. */
export abstract class Tier extends Construct {
  /** What it shares with the other tiers of its system. */
  readonly platform: Platform;
  /** The name of the tier's objects: the instance and the tier's id. */
  readonly objectName: Input<string>;
  /** The workload that connects to other tiers. */
  protected abstract readonly client: Workload;

  constructor(scope: Construct, id: string, props: TierProps) {
    super(scope, id);
    if (props.enabled !== undefined) onlyWhen(this, props.enabled);
    this.platform = Platform.of(this);
    this.objectName = str`${this.platform.instance}-${id}`;
  }

  /** Lets this tier reach others, and tells it where they are. */
  connectTo(...servers: readonly Server[]): void {
    for (const server of servers) connect(this.client, server);
  }
}
