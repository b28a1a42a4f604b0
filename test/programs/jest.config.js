const base = require('../../jest.config.js');

// Lines that a program has just written are in no recording.
process.env.GROK_ANSWERS = 'live';

/** The programs' own ports are in use one pod at a time. @type {import('jest').Config} */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/programs'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 300_000,
  maxWorkers: 1,
};
