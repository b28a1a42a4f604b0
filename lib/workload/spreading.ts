/** How pods keep away from each other: those of a workload, or those of all workloads of a tier. */
import type { Affinity, TopologySpreadConstraint } from 'kubernetes-types/core/v1';
import { z } from 'zod';
import { once } from '../values/once';
import type { Fragment, Tree } from '../values/parts';
import { fragment } from '../values/tree';
import type { Platform } from './platform';

const tierParameters = { name: z.string().meta({ plain: true }) };
const labelParameters = { ...tierParameters, component: z.string().meta({ plain: true }) };

// Fragments of one platform are made once, so that all its pods share one named template.
export const spreadAffinity = once((platform: Platform) =>
  fragment<Affinity, typeof labelParameters>(
    'spreadAffinity',
    'Keeps replicas of a workload on different nodes, where there are enough.',
    labelParameters,
    (labels) => onDifferentNodes(platform.selectorLabels(labels)),
  ),
);

export const tierAffinity = once((platform: Platform) =>
  fragment<Affinity, typeof tierParameters>(
    'tierAffinity',
    'Keeps the pods of a tier on different nodes, where there are enough.',
    tierParameters,
    (labels) => onDifferentNodes(platform.tierLabels(labels)),
  ),
);

export const separateAffinity = once((platform: Platform) =>
  fragment<Affinity, typeof labelParameters>(
    'separateAffinity',
    'Keeps replicas of a workload on different nodes; where there are too few, one stays Pending.',
    labelParameters,
    (labels) => ({
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          {
            topologyKey: 'kubernetes.io/hostname',
            labelSelector: { matchLabels: platform.selectorLabels(labels) },
          },
        ],
      },
    }),
  ),
);

export const spreadConstraints = once((platform: Platform) =>
  fragment<TopologySpreadConstraint[], typeof labelParameters>(
    'spreadConstraints',
    'Spreads replicas of a workload over zones.',
    labelParameters,
    (labels) => overZones(platform.selectorLabels(labels)),
  ),
);

export const tierConstraints = once((platform: Platform) =>
  fragment<TopologySpreadConstraint[], typeof tierParameters>(
    'tierConstraints',
    'Spreads the pods of a tier over zones.',
    tierParameters,
    (labels) => overZones(platform.tierLabels(labels)),
  ),
);

type Labels = Fragment<Readonly<Record<string, string>>>;

function onDifferentNodes(matchLabels: Labels): Tree<Affinity> {
  return {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 100, podAffinityTerm: { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels } } },
      ],
    },
  };
}

function overZones(matchLabels: Labels): Tree<TopologySpreadConstraint[]> {
  return [
    {
      maxSkew: 1,
      topologyKey: 'topology.kubernetes.io/zone',
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels },
    },
  ];
}
