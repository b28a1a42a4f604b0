/** What an InferenceGateway refuses: names that mean two things or nothing, and times and sizes that contradict. */
import { demand, demandEach, within } from '../../objects/checks';
import { conditionOf } from '../../objects/conditions';
import { hasItemWith, hasKey, sumOfField } from '../../values/collections';
import type { Input } from '../../values/expression';
import { and, atLeast, atMost, equals, isSet, not, or, valueOf } from '../../values/logic';
import { bytes, multiply } from '../../values/numbers';
import { str } from '../../values/texts';
import type { MapInput } from '../../values/tree';
import type { Tier } from '../tier';
import type { BodyCheck } from './inference-gateway';
import { type Experiment, OWN_CLUSTERS, type Variant } from './inference-gateway-routes';
import type { Model, ModelBackend, ModelProtocol } from './model';

interface Checked {
  readonly backends: readonly ModelBackend[];
  readonly experiments: MapInput<Experiment>;
  readonly timeoutSeconds: Input<number>;
  readonly bodyCheck: BodyCheck;
  readonly retryBufferSize: Input<string>;
}

export function checkGateway(gateway: Tier, settings: Checked): void {
  checkModels(gateway, settings);
  checkExperiments(gateway, settings);
  checkSizes(gateway, settings);
}

/** A name says where a request goes. */
function checkModels(gateway: Tier, { backends }: Checked): void {
  backends.forEach((backend, index) => {
    for (const other of backends.slice(index + 1)) {
      demandEach<Model>(gateway, backend.models, (name) => ({
        holds: not(and(isThere(backend), has(other, name))),
        message: str`model ${name} is one of ${nameOf(backend)} and of ${nameOf(other)}; rename it in one of them.`,
      }));
    }
  });
}

function checkExperiments(gateway: Tier, { backends, experiments }: Checked): void {
  demandEach<Experiment>(gateway, experiments, (name) => ({
    holds: or(...backends.map((backend) => has(backend, name))),
    message: str`experiments.${name} is of no model of a server; name one, or remove the experiment.`,
  }));
  demandEach<Experiment>(gateway, experiments, (name, { variants }) => ({
    holds: equals(sumOfField(variants, 'weight'), 100),
    message: str`experiments.${name}: the weights of the variants add up to ${sumOfField(variants, 'weight')}; make it 100.`,
  }));
  demandEach<Experiment>(gateway, experiments, (name, { promoted, variants }) => ({
    holds: or(not(isSet(promoted)), hasKey(variants, valueOf(promoted))),
    message: str`experiments.${name}.promoted ${valueOf(promoted)} is none of the variants; name one, or set it to null.`,
  }));
  demandEach<Experiment>(gateway, experiments, (name, { variants }) =>
    within<Variant>(variants, (key) => ({
      holds: not(or(...Object.values(OWN_CLUSTERS).map((own) => equals(key, own)))),
      message: str`experiments.${name}: variant ${key} would be taken for what the model has besides; rename it.`,
    })),
  );
  demandEach<Experiment>(gateway, experiments, (name, { variants }) =>
    within<Variant>(variants, (key, { model }) => ({
      holds: or(...backends.map((backend) => has(backend, model))),
      message: str`experiments.${name}.variants.${key}: no server has the model ${model}; name one that a server has.`,
    })),
  );
  demandEach<Experiment>(gateway, experiments, (name, { variants }) =>
    within<Variant>(variants, (key, { model }) => ({
      holds: not(speakDifferently(backends, name, model)),
      message: str`experiments.${name}.variants.${key}: the servers of ${model} and ${name} speak different protocols, so that no client could use both; name a model of a server with the same.`,
    })),
  );
  for (const backend of backends) {
    demandEach<Experiment>(gateway, experiments, (name, { variants }) =>
      within<Variant>(variants, (key, variant) =>
        within<Model>(backend.models, (model, { versions }) => ({
          holds: or(
            not(isThere(backend)),
            not(equals(model, variant.model)),
            not(isSet(variant.version)),
            hasItemWith(versions, 'version', valueOf(variant.version)),
          ),
          message: str`experiments.${name}.variants.${key}: ${model} has no version ${valueOf(variant.version)}; name one of its versions, or null for its default.`,
        })),
      ),
    );
  }
}

function checkSizes(gateway: Tier, { backends, bodyCheck, retryBufferSize, timeoutSeconds }: Checked): void {
  for (const backend of backends) {
    const { latencyTargetMilliseconds: target } = backend;
    demand(
      gateway,
      or(not(isThere(backend)), atLeast(multiply(timeoutSeconds, 1000), target)),
      str`timeoutSeconds ${timeoutSeconds} is below the latency target of ${nameOf(backend)}, ${target} milliseconds; raise it.`,
    );
  }
  demand(
    gateway,
    or(not(bodyCheck.enabled), atMost(bytes(bodyCheck.size), bytes(retryBufferSize))),
    str`bodyCheck.size ${bodyCheck.size} is more than retryBufferSize ${retryBufferSize}, which is all that is held of a request; lower it, or raise retryBufferSize.`,
  );
}

function isThere({ workload }: ModelBackend): Input<boolean> {
  return conditionOf(workload);
}

/** Whether a server is there and has a model. */
function has(backend: ModelBackend, model: Input<string>): Input<boolean> {
  return and(isThere(backend), hasKey(backend.models, model));
}

function speakDifferently(backends: readonly ModelBackend[], one: Input<string>, other: Input<string>): Input<boolean> {
  const speaking = (protocol: ModelProtocol, model: Input<string>) =>
    or(...backends.filter((backend) => backend.protocol === protocol).map((backend) => has(backend, model)));
  const protocols = [...new Set(backends.map(({ protocol }) => protocol))];
  return or(
    ...protocols.flatMap((protocol) =>
      protocols
        .filter((another) => another !== protocol)
        .map((another) => and(speaking(protocol, one), speaking(another, other))),
    ),
  );
}

function nameOf({ workload }: ModelBackend): Input<string> {
  return workload.objectName;
}
