import { describeEnvironments } from '../environments';
import { clusterAi } from './environments';
import { podsIn, requestsOf } from './pods';

const GI = 2 ** 30;

describeEnvironments(clusterAi);

describe('development', () => {
  const objects = clusterAi.objectsIn('development');

  it('fits a laptop: it asks for two cores and 6 GiB at the most', () => {
    const { millicores, bytes } = requestsOf(podsIn(objects));
    expect(millicores).toBeLessThanOrEqual(2000);
    expect(bytes).toBeLessThanOrEqual(6 * GI);
  });

  it('runs one of each and scales none', () => {
    expect(podsIn(objects).filter(({ replicas }) => replicas !== 1)).toEqual([]);
    const scalers = objects.filter(({ kind }) => kind === 'HorizontalPodAutoscaler');
    expect(scalers.map(({ spec }) => spec)).toMatchObject(scalers.map(() => ({ minReplicas: 1, maxReplicas: 1 })));
  });
});
