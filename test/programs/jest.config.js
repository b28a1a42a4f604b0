const base = require('../../jest.config.js');

/** The programs' own ports are in use one pod at a time. @type {import('jest').Config} */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/programs'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 300_000,
  maxWorkers: 1,
};
