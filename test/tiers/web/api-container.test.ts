import { processesOf } from '../../../lib/tiers/web/api-container';
import { literalOf } from '../../../lib/values/expression';

describe('processesOf', () => {
  const resources = (cpu: string | null) => ({
    requests: { cpu: '500m', memory: '1Gi', ephemeralStorage: '1Gi' },
    limits: { cpu, memory: '1Gi', ephemeralStorage: '1Gi' },
  });

  it('is the number given, or one for each core', () => {
    expect(literalOf(processesOf(8, resources('2')))).toBe(8);
    expect(literalOf(processesOf(null, resources('1500m')))).toBe(2);
    expect(literalOf(processesOf(null, resources(null)))).toBe(1);
  });
});
