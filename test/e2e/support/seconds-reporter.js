/** Prints each step as it ends, and all of them in a table when the run is over. */
const { basename } = require('node:path');

/** @implements {import('@jest/reporters').Reporter} */
class SecondsReporter {
  rows = [];

  onTestFileStart({ path }) {
    process.stderr.write(`\n${basename(path, '.test.ts')}\n`);
  }

  onTestCaseResult(_test, { title, status, duration }) {
    process.stderr.write(`${line(duration, status, title)}\n`);
  }

  onTestFileResult({ path }, { testResults, perfStats }) {
    for (const { title, status, duration } of testResults) this.rows.push(line(duration, status, title));
    this.rows.push(line(perfStats.end - perfStats.start, '', `${basename(path, '.test.ts')}, clean-up included`), '');
  }

  onRunComplete() {
    process.stderr.write(`\n seconds  result  step\n${this.rows.join('\n')}\n`);
  }
}

function line(milliseconds, status, title) {
  return `${((milliseconds ?? 0) / 1000).toFixed(1).padStart(8)}  ${status.padEnd(6)}  ${title}`;
}

module.exports = SecondsReporter;
