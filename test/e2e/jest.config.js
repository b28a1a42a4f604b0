const { mkdtempSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const base = require('../../jest.config.js');

// Read here once, by all files of the run.
if (process.argv.includes('--all')) process.env.E2E_ALL = 'yes';
process.env.E2E_FACTS ??= join(mkdtempSync(join(tmpdir(), 'e2e-')), 'facts');

/** One worker: every test works on the same cluster. @type {import('jest').Config} */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/e2e'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 900_000,
  maxWorkers: 1,
  globalTeardown: '<rootDir>/test/e2e/support/teardown.ts',
  reporters: ['default', '<rootDir>/test/e2e/support/table-reporter.js'],
};
