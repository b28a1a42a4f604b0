const { mkdtempSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const base = require('../../jest.config.js');

// Read here once, by all files of the run.
if (process.argv.includes('--all')) process.env.E2E_ALL = 'yes';
const run = mkdtempSync(join(tmpdir(), 'e2e-'));
process.env.E2E_FACTS ??= join(run, 'facts');
process.env.E2E_LOADED ??= join(run, 'loaded-images');

/** One worker: every test works on the same cluster. @type {import('jest').Config} */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/e2e'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 900_000,
  maxWorkers: 1,
  testSequencer: '<rootDir>/test/e2e/support/sequencer.js',
  globalSetup: '<rootDir>/test/e2e/support/setup.ts',
  globalTeardown: '<rootDir>/test/e2e/support/teardown.ts',
  reporters: ['default', '<rootDir>/test/e2e/support/table-reporter.js'],
};
