import { podsIn, requestsOf } from '../cluster-ai/pods';
import { describeEnvironments } from '../environments';
import { conectaPlus } from './environments';

const GI = 2 ** 30;

describeEnvironments(conectaPlus);

describe('development', () => {
  it('fits a laptop: it asks for two cores and 6 GiB at the most', () => {
    const { millicores, bytes } = requestsOf(podsIn(conectaPlus.objectsIn('development')));
    expect(millicores).toBeLessThanOrEqual(2000);
    expect(bytes).toBeLessThanOrEqual(6 * GI);
  });
});
