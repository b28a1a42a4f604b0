import type { JsonObject } from '../../lib/values/expression';
import { refused } from './shop';

const promise = (objectives: JsonObject, file: JsonObject = {}) => refused({ ...file, objectives });

describe('the requests of Objectives', () => {
  it("are under way, by Little's law, on all instances but one", () => {
    const api = { replicas: 3, processes: 1, connectionsPerProcess: 10 };
    expect(promise({ requestsPerSecond: 40, latencyMilliseconds: 500 }, { api })).toEqual([]);
    expect(promise({ requestsPerSecond: 41, latencyMilliseconds: 500 }, { api })).toEqual([
      'requestsPerSecond 41 of latencyMilliseconds 500 are 21 requests at a time, but 2 of 3 pods of api × 1 processes × 10 connections take 20; give it more replicas or processes, or promise less.',
    ]);
  });

  it('are those that rate limits let through', () => {
    expect(promise({ users: 500, requestsPerSecond: 1250 })).toEqual([]);
    expect(promise({ users: 500, requestsPerSecond: 1251 })).toEqual([
      'requestsPerSecond 1251 are more than the 1250 that 500 users may ask at 150 requests per 60 s each; raise that limit, or promise less.',
    ]);
  });

  it('are those of any window', () => {
    const file = { balancer: { rateLimit: { windowSeconds: 300 } } };
    expect(promise({ users: 500, requestsPerSecond: 250 }, file)).toEqual([]);
    expect(promise({ users: 500, requestsPerSecond: 251 }, file)).toEqual([
      'requestsPerSecond 251 are more than the 250 that 500 users may ask at 150 requests per 300 s each; raise that limit, or promise less.',
    ]);
  });
});

describe('the connections of Objectives', () => {
  it('are those of clients to all balancers but one', () => {
    expect(promise({ connections: 4096 })).toEqual([]);
    expect(promise({ connections: 4097 })).toEqual([
      'connections 4097 are promised, but 1 of 2 pods of balancer × 4096 connections of clients take 4096; give it more replicas or connections, or promise less.',
    ]);
    expect(promise({ connections: 4097 }, { balancer: { replicas: 3 } })).toEqual([]);
  });

  it('are those of all instances but one', () => {
    const balancer = { replicas: 100 };
    expect(promise({ connections: 16_000 }, { balancer })).toEqual([]);
    expect(promise({ connections: 16_001 }, { balancer })).toEqual([
      'connections 16001 are promised, but 2 of 3 pods of api × 8 processes × 1000 connections take 16000; give it more replicas or processes, or promise less.',
    ]);
    expect(promise({ connections: 16_001 }, { balancer, api: { connectionsPerProcess: null } })).toEqual([]);
  });

  it('to the database fit into it, the surge of a rollout included', () => {
    expect(promise({}, { api: { databasePoolSize: 18 } })).toEqual([]);
    expect(promise({}, { api: { databasePoolSize: 19 } })).toEqual([
      'databasePoolSize 19 × 8 processes × 4 pods of api, the surge included, = 608 connections, but database allows 592: its maxConnections 600 less the 8 that are reserved; lower databasePoolSize, or raise maxConnections to 616.',
    ]);
  });
});
