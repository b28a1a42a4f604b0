/** @type {import('jest').Config} */
module.exports = {
  rootDir: __dirname,
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/(e2e|helm|programs)/'],
  // Two cores are used both: by default one would be left to what watches files.
  maxWorkers: '100%',
  // Milliseconds; what takes one on a machine at rest may take ten on a busy one.
  testTimeout: 30_000,
  snapshotResolver: '<rootDir>/test/snapshot-resolver.js',
  transform: { '\\.ts$': '@swc/jest' },
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
};
