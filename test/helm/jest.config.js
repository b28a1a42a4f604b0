const base = require('../../jest.config.js');

/** @type {import('jest').Config} */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/helm'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 300_000,
};
