import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { coalesce } from '../../../lib/values/coalesce';
import { parseValues } from '../../../lib/values/load';
import { describeNetworkMatrix } from '../network-matrix';
import { clusterAi } from './environments';

describeNetworkMatrix(clusterAi, 'network');

// What test/e2e/network-matrix.test.ts installs of staging: a table of all that staging has is for readers.
const suite = ['staging-small', 'faults', 'watched'].reduce((values, name) => {
  const file = join(__dirname, `../../e2e/values/${name}.yaml`);
  return coalesce(values, parseValues(readFileSync(file, 'utf8'), file));
}, clusterAi.valuesIn('staging'));
describeNetworkMatrix({ ...clusterAi, environments: ['suite'], valuesIn: () => suite }, 'network');
