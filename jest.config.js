/** @type {import('jest').Config} */
module.exports = {
  rootDir: __dirname,
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/(e2e|helm|package|programs)/'],
  modulePathIgnorePatterns: ['<rootDir>/test/package/projects/'],
  // Two cores are used both: by default one would be left to what watches files.
  maxWorkers: '100%',
  // Milliseconds; what takes one on a machine at rest may take ten on a busy one.
  testTimeout: 30_000,
  // What is global in a test's sandbox is looked up by an interceptor, many times slower than a variable.
  sandboxInjectedGlobals: ['Array', 'JSON', 'Map', 'Math', 'Number', 'Object', 'Reflect', 'Set', 'String', 'Symbol'],
  snapshotResolver: '<rootDir>/test/snapshot-resolver.js',
  transform: { '\\.ts$': '@swc/jest' },
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
};
