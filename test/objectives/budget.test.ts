import { refused } from './shop';

const UNUSED = { memory: null, cpu: null };

describe('the budget of Objectives', () => {
  // balancer 2 × 256, api 3 × 2048, database 6144, backup 256, setup 256: 13312 MiB; 200 + 3000 + 2000 + 100 + 100 m.
  it('is kept by what the pods come to', () => {
    expect(refused({ objectives: { budget: { memory: '13312Mi', cpu: '5400m' } } })).toEqual([]);
  });

  it('refuses a mebibyte and a thousandth of a core more', () => {
    const rows =
      'balancer 512Mi 200m, api 6144Mi 3000m, database-primary 6144Mi 2000m, backup 256Mi 100m, setup 256Mi 100m';
    expect(refused({ objectives: { budget: { memory: '13311Mi', cpu: '5399m' } } })).toEqual([
      `budget.memory 13311Mi is less than the 13312Mi of memory by the limits of its pods: ${rows}; lower limits, requests or replicas, or raise the budget.`,
      `budget.cpu 5399m is less than the 5400m of CPU by the requests of its pods: ${rows}; lower limits, requests or replicas, or raise the budget.`,
    ]);
  });

  it('is asked of nobody who has none', () => {
    expect(
      refused({ objectives: { budget: UNUSED }, api: { replicas: 3, resources: { limits: { memory: '99Gi' } } } }),
    ).toEqual([]);
  });

  it('counts an init container where it may ask for more, and nothing that is started by hand', () => {
    const small = { requests: { cpu: '10m' }, limits: { memory: '32Mi' } };
    const [message] = refused({ objectives: { budget: { memory: '1Mi' } }, api: { resources: small } });
    expect(message).toContain('api 384Mi 300m');
    expect(message).not.toContain('restore');
  });

  it('counts what runs on every node as often as there are nodes, and nothing that is absent', () => {
    const rowsOf = (enabled: boolean) =>
      refused({ objectives: { budget: { memory: '1Mi', nodes: 4 } }, agents: { enabled }, backup: { enabled } })[0];
    expect(rowsOf(true)).toContain('agents 1024Mi 400m');
    expect(rowsOf(false)).not.toMatch(/agents|backup/);
  });

  it('binds environments of up to 1000 users, whatever they declare', () => {
    const given = (memory: string | null, cpu: string | null) => ({
      objectives: { users: 1000, budget: { memory, cpu } },
      api: { databasePoolSize: 10 },
    });
    expect(refused(given(null, null))).toEqual([]);
    expect(refused(given('16Gi', '16'))).toEqual([]);
    expect(refused(given('16385Mi', '16001m'))).toEqual([
      'budget.memory 16385Mi is above the 16Gi that bind environments of up to 1000 users, of whom there are 1000; lower it.',
      'budget.cpu 16001m is above the 16 that bind environments of up to 1000 users, of whom there are 1000; lower it.',
    ]);
  });

  it('holds without being declared', () => {
    const [message, ...others] = refused({
      objectives: { users: 1000 },
      database: { resources: { limits: { memory: '10Gi' } } },
    });
    expect(message).toMatch(/^budget\.memory 16Gi is less than the 17408Mi of memory/);
    expect(others).toEqual([]);
  });

  const large = {
    api: { databasePoolSize: 10, resources: { limits: { memory: '2Gi' } } },
    database: { resources: { limits: { memory: '12Gi' } } },
  };

  it('is declared for more of them', () => {
    expect(refused({ ...large, objectives: { users: 1001, budget: { memory: '32Gi', cpu: '16' } } })).toEqual([]);
    expect(refused({ ...large, objectives: { users: 1001, budget: { memory: '32Gi' } } })).toEqual([
      'users 1001 are more than the 1000 for whom 16 of cpu are enough, and budget.cpu is not set; declare it.',
    ]);
  });

  it('refuses 2000 users with 16 GiB, and accepts them with 24', () => {
    expect(refused({ ...large, objectives: { users: 2000, budget: { memory: '16Gi', cpu: '16' } } })).toEqual([
      expect.stringMatching(/^budget\.memory 16Gi is less than the 23552Mi of memory/),
      'users 2000 need 20480Mi of memory by the capacity plan, but budget.memory is 16Gi; raise it, or promise fewer users.',
    ]);
    expect(refused({ ...large, objectives: { users: 2000, budget: { memory: '24Gi', cpu: '16' } } })).toEqual([]);
  });
});
