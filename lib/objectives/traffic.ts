/** Promises about load: requests, connections, and the connections to the database behind them. */
import type { IConstruct } from 'constructs';
import { demand } from '../objects/checks';
import { conditionOf } from '../objects/conditions';
import { RESERVED_CONNECTIONS, SUPERUSER_RESERVED_CONNECTIONS } from '../tiers/data/postgres-configuration';
import { type Expr, type Input, literalOf } from '../values/expression';
import { atMost, isSet, not, or, valueOf } from '../values/logic';
import { add, divide, divideUp, maximum, multiply, subtract } from '../values/numbers';
import { str } from '../values/texts';
import { demandOf } from './promise';
import type { ServingTier } from './recovery';

/** The application that answers requests. */
export interface Application {
  /** Whose pods they are. */
  readonly tier: ServingTier;
  /** In one pod: see `processesOf`. */
  readonly processes: Input<number>;
  /** Requests and connections that one process takes at a time; null where nothing is known of it. */
  readonly connectionsPerProcess: Input<number | null>;
  /** Connections to the database that one process opens at the most. @default - none that are counted here */
  readonly databasePoolSize?: Input<number>;
}

/** What takes the connections of clients, and hands their requests on. */
export interface Balancer {
  /** Whose pods they are. */
  readonly tier: ServingTier;
  /** Of clients to one pod; those to the application are not among them. */
  readonly connections: Input<number>;
}

/** The database that the application connects to. */
export interface Database {
  /** Whose servers they are. */
  readonly tier: IConstruct;
  /** Connections that each server takes. */
  readonly maxConnections: Input<number>;
}

/** What one user may ask at the most. */
export interface RateLimit {
  /** Requests in each window. */
  readonly requests: Input<number>;
  /** Seconds that the window lasts. */
  readonly windowSeconds: Input<number>;
}

export interface TrafficPromises {
  readonly users: Input<number | null>;
  readonly requestsPerSecond: Input<number | null>;
  readonly latencyMilliseconds: Input<number>;
  readonly connections: Input<number | null>;
  readonly application: Application | undefined;
  readonly balancer: Balancer | undefined;
  readonly database: Database | undefined;
  readonly rateLimit: RateLimit | undefined;
}

/** Pods that a rolling update adds to a Deployment for a while. */
const SURGE = 1;
export function demandTraffic(objectives: IConstruct, promises: TrafficPromises): void {
  const { application, balancer, database } = promises;
  demandAllowed(objectives, promises);
  if (application !== undefined) demandConcurrency(objectives, promises, application);
  if (balancer !== undefined) demandClients(objectives, promises, balancer);
  if (application?.databasePoolSize !== undefined && database !== undefined) {
    demandPools(objectives, application, application.databasePoolSize, database);
  }
}

/** Rate limits must let through what is promised. */
function demandAllowed(objectives: IConstruct, promises: TrafficPromises): void {
  const { users, requestsPerSecond, rateLimit } = promises;
  if (rateLimit === undefined || literalOf(users) === null) return;
  const { requests, windowSeconds } = rateLimit;
  const given = valueOf(users);
  const inWindow = multiply(given, requests);
  demandOf(objectives, requestsPerSecond, (rate) => ({
    holds: or(not(isSet(users)), atMost(multiply(rate, windowSeconds), inWindow)),
    message: str`requestsPerSecond ${rate} are more than the ${divide(inWindow, windowSeconds)} that ${given} users may ask at ${requests} requests per ${windowSeconds} s each; raise that limit, or promise less.`,
  }));
}

/** By Little's law, as many requests are under way as come in the time that one takes. One instance may be lost. */
function demandConcurrency(objectives: IConstruct, promises: TrafficPromises, application: Application): void {
  const { requestsPerSecond, latencyMilliseconds, connections } = promises;
  const { tier, processes, connectionsPerProcess } = application;
  if (literalOf(connectionsPerProcess) === null) return;
  const { most } = tier.workload.podCount;
  const left = leftOf(most);
  const perProcess = valueOf(connectionsPerProcess);
  const capacity = multiply(multiply(left, processes), perProcess);
  const isOpen = not(isSet(connectionsPerProcess));
  const taken = str`${left} of ${most} pods of ${tier.node.id} × ${processes} processes × ${perProcess} connections take ${capacity}`;
  demandOf(objectives, requestsPerSecond, (rate) => {
    const underWay = divideUp(multiply(rate, latencyMilliseconds), 1000);
    return {
      holds: or(isOpen, atMost(underWay, capacity)),
      message: str`requestsPerSecond ${rate} of latencyMilliseconds ${latencyMilliseconds} are ${underWay} requests at a time, but ${taken}; give it more replicas or processes, or promise less.`,
    };
  });
  demandOf(objectives, connections, (promised) => ({
    holds: or(isOpen, atMost(promised, capacity)),
    message: str`connections ${promised} are promised, but ${taken}; give it more replicas or processes, or promise less.`,
  }));
}

function demandClients(objectives: IConstruct, promises: TrafficPromises, { tier, connections }: Balancer): void {
  const { fewest } = tier.workload.podCount;
  const left = leftOf(fewest);
  const clients = multiply(left, connections);
  demandOf(objectives, promises.connections, (promised) => ({
    holds: or(not(conditionOf(tier)), atMost(promised, clients)),
    message: str`connections ${promised} are promised, but ${left} of ${fewest} pods of ${tier.node.id} × ${connections} connections of clients take ${clients}; give it more replicas or connections, or promise less.`,
  }));
}

/** What all pools together may open must never be more than the database allows, a rolling update's surge included. */
function demandPools(
  objectives: IConstruct,
  { tier, processes }: Application,
  databasePoolSize: Input<number>,
  { tier: { node }, maxConnections }: Database,
): void {
  const reserved = SUPERUSER_RESERVED_CONNECTIONS + RESERVED_CONNECTIONS;
  const pods = add(tier.workload.podCount.most, SURGE);
  const opened = multiply(multiply(pods, processes), databasePoolSize);
  const allowed = maximum(subtract(maxConnections, reserved), 0);
  demand(
    objectives,
    atMost(opened, allowed),
    str`databasePoolSize ${databasePoolSize} × ${processes} processes × ${pods} pods of ${tier.node.id}, the surge included, = ${opened} connections, but ${node.id} allows ${allowed}: its maxConnections ${maxConnections} less the ${reserved} that are reserved; lower databasePoolSize, or raise maxConnections to ${add(opened, reserved)}.`,
  );
}

/** What is left of pods when one is lost; where there is but one, nothing is promised about its loss. */
function leftOf(pods: Input<number>): Expr<number> {
  return maximum(subtract(pods, 1), 1);
}

/** Connections that the pools of all pods may open. */
export function connectionsOf({ tier, processes }: Application, databasePoolSize: Input<number>): Expr<number> {
  return multiply(multiply(tier.workload.podCount.most, processes), databasePoolSize);
}
