import type { JsonObject } from '../../lib/values/expression';
import { refused, shop } from './shop';

const promise = (objectives: JsonObject, file: JsonObject = {}) => refused({ ...file, objectives });

describe('the availability of Objectives', () => {
  const plain =
    'leaves no time for a person, and without one nothing takes over from the primary of database, which is back after 60 s at best; promise 99.9 or less, use a database that fails over by itself, or set acknowledge.plainPrimary.';

  it('refuses a plain primary above 99.9 %, unless that is acknowledged', () => {
    expect(promise({ availability: 99.9 })).toEqual([]);
    expect(promise({ availability: 99.95 })).toEqual([`availability 99.95 % ${plain}`]);
    expect(promise({ availability: 99.95, acknowledge: { plainPrimary: true } })).toEqual([]);
  });

  it('refuses a tier that may have one pod from 99.9 % on', () => {
    const balancer = { replicas: 1 };
    expect(promise({ availability: 99.8 }, { balancer })).toEqual([]);
    expect(promise({ availability: 99.9 }, { balancer })).toEqual([
      'availability 99.9 % does not allow for the loss of the only pod, and balancer may have 1; give it 2 replicas or more at the fewest, or promise less than 99.9.',
    ]);
    expect(promise({ availability: 99.9 }, { balancer: { ...balancer, enabled: false } })).toEqual([]);
  });

  it('refuses a server that is the only one from 99.9 % on, acknowledged or not', () => {
    const cache = { enabled: true };
    const message =
      'availability 99.9 % does not allow for the loss of the only server, and cache has no other; use a tier that fails over, or promise less than 99.9.';
    expect(promise({ availability: 99.8 }, { cache })).toEqual([]);
    expect(promise({ availability: 99.9, acknowledge: { plainPrimary: true } }, { cache })).toEqual([message]);
  });

  it('refuses a server that is alone, with the remedy that it has, and none that has others', () => {
    const message =
      'availability 99.9 % does not allow for the loss of the only server, and store has no other; set its servers to 4 or more, or promise less than 99.9.';
    const store = { enabled: true };
    expect(promise({ availability: 99.8 }, { store })).toEqual([]);
    expect(promise({ availability: 99.9, rtoSeconds: 60 }, { store })).toEqual([message]);
    expect(promise({ rtoSeconds: 59, acknowledge: { plainPrimary: true } }, { store })).toEqual([
      'rtoSeconds 59 is less than the 60 s after which store is back on its volume; raise it to 60 or more.',
    ]);
    const several = { store: { ...store, servers: 4 } };
    expect(promise({ availability: 99.9, rtoSeconds: 1, acknowledge: { plainPrimary: true } }, several)).toEqual([]);
  });
});

describe('the RTO of Objectives', () => {
  it('refuses less than the restart of a plain primary, unless that is acknowledged', () => {
    expect(promise({ rtoSeconds: 60 })).toEqual([]);
    expect(promise({ rtoSeconds: 59 })).toEqual([
      'rtoSeconds 59 is less than the 60 s after which database is back on its volume; raise it to 60 or more, or set acknowledge.plainPrimary.',
    ]);
    expect(promise({ rtoSeconds: 59, acknowledge: { plainPrimary: true } })).toEqual([]);
  });

  it('refuses less than a failover takes', () => {
    const chart = shop((given) => ({
      ...given,
      recovering: (given.recovering ?? []).map((tier) =>
        Object.assign(tier, { recovery: { failover: 'automatic', seconds: 15 } as const }),
      ),
    }));
    expect(refused({ objectives: { availability: 99.99, rtoSeconds: 15 } }, chart)).toEqual([]);
    expect(refused({ objectives: { rtoSeconds: 14 } }, chart)).toEqual([
      'rtoSeconds 14 is less than the 15 s after which database has failed over; raise it to 15 or more.',
    ]);
  });
});

describe('the RPO of Objectives', () => {
  it('refuses less than backups may lack', () => {
    expect(promise({ rpoSeconds: 120 })).toEqual([]);
    expect(promise({ rpoSeconds: 119 })).toEqual([
      'rpoSeconds 119 is less than the 120 s of work that backup may lack, 2 times its uploadSeconds 60, as an upload may fail; lower that to 59 or less, or promise 120.',
    ]);
    expect(promise({ rpoSeconds: 119 }, { backup: { uploadSeconds: 59 } })).toEqual([]);
  });

  it('refuses any without backups, unless that is acknowledged', () => {
    const backup = { enabled: false };
    expect(promise({ rpoSeconds: 86_400 }, { backup })).toEqual([
      'rpoSeconds 86400 needs backups, and there are none; switch backup on, or set acknowledge.noBackup.',
    ]);
    expect(promise({ rpoSeconds: 60, acknowledge: { noBackup: true } }, { backup })).toEqual([]);
  });

  it('refuses any of a system that has no backups', () => {
    const chart = shop((given) => {
      const { backup: _backup, ...others } = given;
      return others;
    });
    expect(refused({ objectives: { rpoSeconds: 300 } }, chart)).toEqual([
      'rpoSeconds 300 needs backups, and there are none; switch them on, or set acknowledge.noBackup.',
    ]);
  });
});
