/** Clients of the inference gateway, in a pod that knows it by INFERENCE_URL. */
import { readFileSync } from 'node:fs';
import { kubectl, measured } from './cluster';

export interface Clients {
  readonly namespace: string;
  /** Where they run, such as `deployment/shop-backend`. */
  readonly pod: string;
  readonly model: string;
  /** Of each request. */
  readonly body: object;
}

interface Tally {
  /** How many requests each variant has answered. */
  readonly answers: Readonly<Record<string, number>>;
  readonly failures: readonly string[];
}

/** Clients ask while something happens. */
export async function whileAsked(
  { namespace, pod, model, body }: Clients,
  events: () => Promise<unknown>,
): Promise<Tally> {
  const end = `/tmp/end-${Date.now()}`;
  const program = readFileSync('test/e2e/programs/inference.py', 'utf8');
  const inside = ['exec', pod, `--namespace=${namespace}`, '--'];
  const running = kubectl([...inside, 'python3', '-c', program, end, model, JSON.stringify(body)], {
    timeoutSeconds: 400,
  });
  try {
    await events();
  } finally {
    await kubectl([...inside, 'touch', end]);
  }
  const tally = JSON.parse(await running) as Tally;
  const count = Object.values(tally.answers).reduce((sum, of) => sum + of, 0);
  measured(`${count} requests answered, ${tally.failures.length} failed`);
  return tally;
}
