const base = require('../../jest.config.js');

// Read by test/support/helm.ts: -u writes what Helm answers, as it writes snapshots.
process.env.HELM_ANSWERS = process.argv.some((argument) => ['-u', '--updateSnapshot'].includes(argument))
  ? 'record'
  : 'verify';

// Read by test/logs/grok.ts likewise: what the grok library finds.
process.env.GROK_ANSWERS = process.env.HELM_ANSWERS;

/** The tests that need Helm or the grok library, and those that otherwise take their answers from recordings. @type {import('jest').Config} */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/helm', '<rootDir>/test/logs', '<rootDir>/test/objectives', '<rootDir>/test/values'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 300_000,
};
