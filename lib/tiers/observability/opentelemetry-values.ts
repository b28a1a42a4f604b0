import { z } from 'zod';
import { percent } from '../../values/leaves';
import type { Widen } from '../../values/widen';
import { imageValues, podValues, resourcesValues } from '../../workload/values';
import type { openTelemetryDefaults } from './opentelemetry';

type Defaults = Widen<typeof openTelemetryDefaults>;

const samplingValues = (defaults: Defaults['sampling']) =>
  z
    .strictObject({
      decisionWaitSeconds: z
        .int()
        .min(1)
        .max(300)
        .default(defaults.decisionWaitSeconds)
        .describe('Seconds from the first span of a trace to the decision.'),
      traces: z
        .int()
        .min(100)
        .max(1_000_000)
        .default(defaults.traces)
        .describe('Traces that wait for a decision in one gateway, in its memory.'),
      slowMilliseconds: z
        .int()
        .min(1)
        .max(600_000)
        .default(defaults.slowMilliseconds)
        .describe('Milliseconds from which on a trace is slow, and kept.'),
      sharePercent: percent()
        .default(defaults.sharePercent)
        .describe('Percent of the traces that are neither slow nor have an error, which are kept as well.'),
      spansPerSecond: z
        .int()
        .min(10)
        .max(1_000_000)
        .default(defaults.spansPerSecond)
        .describe(
          'Spans that one gateway keeps in a second: as many of traces with errors, of slow ones, and of the share.',
        ),
    })
    .describe('Which traces are kept.');

const queueSpans = (value: number, after: string) =>
  z
    .int()
    .min(1000)
    .max(10_000_000)
    .default(value)
    .describe(`Spans that wait in memory ${after}; beyond it they are dropped.`);

/** What an operator may set of an OpenTelemetry collector. */
export const openTelemetryValues = (defaults: Defaults) => {
  // An agent runs on every node, whatever its taints.
  const { tolerations: _tolerations, ...agentPod } = podValues;
  return {
    image: imageValues(defaults.image),
    sampling: samplingValues(defaults.sampling),
    agent: z
      .strictObject({
        queueSpans: queueSpans(defaults.agent.queueSpans, 'for a gateway'),
        resources: resourcesValues(defaults.agent.resources),
        ...agentPod,
      })
      .describe('The pods on every node, to which applications send.'),
    gateway: z
      .strictObject({
        replicas: z
          .int()
          .min(1)
          .max(50)
          .default(defaults.gateway.replicas)
          .describe('Pods that decide which traces are kept; all spans of a trace go to one of them.'),
        queueSpans: queueSpans(defaults.gateway.queueSpans, 'to be kept'),
        resources: resourcesValues(defaults.gateway.resources),
        ...podValues,
      })
      .describe('The pods that make metrics of spans, and decide which traces are kept.'),
  };
};
