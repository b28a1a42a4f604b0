const base = require('../../jest.config.js');

/** The package as npm packs it, in projects that install it. @type {import('jest').Config} */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/package'],
  testPathIgnorePatterns: ['/node_modules/'],
  globalSetup: '<rootDir>/test/package/set-up.ts',
  globalTeardown: '<rootDir>/test/package/tear-down.ts',
  testTimeout: 600_000,
};
