const base = require('../../jest.config.js');

// Read by test/support/helm.ts: -u writes what Helm answers, as it writes snapshots.
process.env.HELM_ANSWERS = process.argv.some((argument) => ['-u', '--updateSnapshot'].includes(argument))
  ? 'record'
  : 'verify';

/** The tests that need Helm, and those that otherwise take its answers from recordings. @type {import('jest').Config} */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/helm', '<rootDir>/test/values'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 300_000,
};
