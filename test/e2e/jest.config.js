const base = require('../../jest.config.js');

/** One worker: every test works on the same cluster. @type {import('jest').Config} */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/e2e'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 900_000,
  maxWorkers: 1,
  reporters: ['default', '<rootDir>/test/e2e/support/seconds-reporter.js'],
};
