/** What was set out to be reached, as ratios, and what bounds the rest. Each title says of what. */
import { EMISSION, HELM_CHART, HELM_PLAIN, KUSTOMIZE, ONE_CHART, OURS, TIERS } from './contenders';
import type { Results } from './measurements';
import { finished, found, workPerObject } from './series';

export interface Goal {
  readonly title: string;
  /** What was measured, and whether it is enough. */
  measure(results: Results): { readonly measured: string; readonly isMet: boolean };
  /** What bounds it, and what would lift the bound: shown where it is missed. */
  readonly bound: string;
}

const LARGE = [6000, 30_000, 100_000] as const;

const OF_WORK = '(work, without start and reading)';
const OF_PROCESS = '(whole process)';

export const goals: readonly Goal[] = [
  {
    title: `30,000 objects in at most a tenth of stock cdk8s's time, with one chart ${OF_WORK}`,
    measure: (results) => tenth(workPerObject(results, ONE_CHART, 30_000) / workPerObject(results, OURS, 30_000)),
    bound:
      "Of our work, by a profile, two fifths write YAML, an eighth evaluates, an eighth collects objects and their conditions, a sixth makes constructs, most of it cdk8s's own ApiObject, and a tenth writes files; the collector of garbage has a part in each. Objects that are no constructs would lift the most of it.",
  },
  {
    title: `30,000 objects in at most a tenth of stock cdk8s's time, with one chart ${OF_PROCESS}`,
    measure: (results) =>
      tenth(finished(results, ONE_CHART, 30_000).whole.best / finished(results, OURS, 30_000).whole.best),
    bound:
      'Two fifths of our process, and a twentieth of that of stock cdk8s, start it, load code and read the objects. Both read the same JSON, for about 0.4 s; without it the ratio would still be 1/9, for our start takes 0.2 s. A single file of code would start faster.',
  },
  {
    title: `Linear: an object of 100,000 takes at most 1.2 times what one of 6,000 does ${OF_WORK}`,
    measure: (results) => atMost(workPerObject(results, OURS, 100_000) / workPerObject(results, OURS, 6000), 1.2),
    bound:
      'The constructs live to the end, and the collector goes through them again and again: more so, the more there are. `node --max-semi-space-size=64` gives it more room.',
  },
  {
    title: `Linear with tiers and values: an object of 100,000 takes at most 1.2 times what one of 6,000 does ${OF_WORK}`,
    measure: (results) => atMost(workPerObject(results, TIERS, 100_000) / workPerObject(results, TIERS, 6000), 1.2),
    bound: 'As above: an object of the fleet has 13 kB of constructs and expressions, which live to the end.',
  },
  {
    title: `YAML in at most 5 times what \`JSON.stringify\` takes for the same objects, from 6,000 on ${OF_WORK}`,
    measure: (results) => {
      const ratios = LARGE.map((size) => {
        const { emitting = Infinity, 'JSON.stringify': stringifying = 0 } =
          finished(results, EMISSION, size).phases ?? {};
        return emitting / stringifying;
      });
      return atMost(Math.max(...ratios), 5);
    },
    bound:
      'Every text is looked at for what YAML would read in it, and a text of several lines is indented line by line; `JSON.stringify` is C++ and need only look for quotes. Texts that are known to be plain, such as names, could be passed by.',
  },
  {
    title: `Objects that are given: faster than \`helm template\` of a chart without any logic, from 6,000 on ${OF_PROCESS}`,
    measure: (results) => fasterThan(results, OURS, HELM_PLAIN),
    bound:
      'The process starts and loads code for 0.2 s, where Helm takes 0.05 s, and then makes an ApiObject of each object. A single file of code would start faster.',
  },
  {
    title: `Objects that are given: faster than \`kubectl kustomize\`, from 6,000 on ${OF_PROCESS}`,
    measure: (results) => fasterThan(results, OURS, KUSTOMIZE),
    bound:
      'The process starts and loads code for 0.2 s, where kustomize takes 0.07 s; kustomize compares each object with every other.',
  },
  {
    title: `Tiers with values, constructed and evaluated: faster than \`helm template\` of our chart, from 6,000 on ${OF_PROCESS}`,
    measure: (results) => fasterThan(results, TIERS, HELM_CHART),
    bound:
      'A third of it constructs, which is done once for all environments, and a quarter evaluates. A text such as nginx.conf, taken apart once for all frontends rather than for each, would lift a sixth.',
  },
  {
    title: `Memory is linear: an object of 100,000 takes at most 1.2 times what one of 30,000 does ${OF_PROCESS}`,
    measure: (results) => atMost(kilobytesPerObject(results, 100_000) / kilobytesPerObject(results, 30_000), 1.2),
    bound:
      'The constructs of all tiers live to the end; evaluated objects only until their tier is written. Systems of which parts can be written and forgotten would lift it.',
  },
  {
    title: `\`npm run synth\` of all systems in at most a third of \`cdk8s synth\` with ts-node ${OF_PROCESS}`,
    measure: ({ synth: { ours, stock } }) => atMost(ours.best / stock.best, 1 / 3),
    bound: 'Both ways run the same code; what differs is the compiler. What is left is npm and the app itself.',
  },
  {
    title: `\`npm run synth\` of all systems below 1.5 s, on two idle cores ${OF_PROCESS}`,
    measure: ({ synth: { ours } }) => ({ measured: `${ours.best.toFixed(2)} s`, isMet: ours.best < 1.5 }),
    bound:
      "Of the app's own time, by a profile, a third writes charts, a quarter checks values and writes manifests, a fifth loads code, and a seventh constructs; npm takes 0.25 s of the rest. Charts and manifests in a process each, on a core each, would lift it.",
  },
  {
    title: `200 environments of a system cost one construction: at most half of what a construction for each costs ${OF_WORK}`,
    measure: ({ environments: { phases } }) => {
      const shared = (phases['one construction'] ?? Infinity) + (phases.evaluations ?? Infinity);
      return atMost(shared / (phases['a construction for each'] ?? 0), 1 / 2);
    },
    bound:
      'Evaluation itself, of all expressions and with all YAML. Parts that no value reaches could be written once.',
  },
];

/** @param times as fast as stock cdk8s */
function tenth(times: number): { readonly measured: string; readonly isMet: boolean } {
  return { measured: `1/${times.toFixed(1)}`, isMet: times >= 10 };
}

function atMost(ratio: number, most: number): { readonly measured: string; readonly isMet: boolean } {
  return { measured: ratio.toFixed(2), isMet: ratio <= most };
}

/** By the whole of both processes, start included; the least favourable of the larger sizes. Who refused or was stopped has none. */
function fasterThan(results: Results, ours: string, other: string) {
  const ratios = LARGE.flatMap((size) => {
    const [own, theirs] = [found(results, ours, size)?.whole, found(results, other, size)?.whole];
    return own === undefined || theirs === undefined ? [] : [theirs.best / own.best];
  });
  const least = Math.min(...ratios);
  return { measured: `${least.toFixed(1)} times as fast`, isMet: ratios.length > 0 && least > 1 };
}

/** Beyond what the process has with six objects. */
export function kilobytesPerObject(results: Results, size: number, contender = OURS): number {
  const { megabytes = NaN, objects } = finished(results, contender, size);
  const { megabytes: least = NaN } = finished(results, contender, 6);
  return ((megabytes - least) * 1024) / objects;
}
