// Snapshots live in the top-level __snapshots__/ folder, laid out as test/ is.
const { sep } = require('node:path');

const tests = `${sep}test${sep}`;
const snapshots = `${sep}__snapshots__${sep}`;

function replaceLast(path, from, to) {
  const at = path.lastIndexOf(from);
  return path.slice(0, at) + to + path.slice(at + from.length);
}

module.exports = {
  resolveSnapshotPath: (test, extension) => replaceLast(test, tests, snapshots) + extension,
  resolveTestPath: (snapshot, extension) => replaceLast(snapshot, snapshots, tests).slice(0, -extension.length),
  testPathForConsistencyCheck: `${sep}project${sep}test${sep}values${sep}schema.test.ts`,
};
