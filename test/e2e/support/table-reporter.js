/**
 * Prints each step as it ends, and all of them in a table when the run is over, with what they measured. With
 * E2E_RECORD the table of a full run takes the place of the last one in docs/reliability.md.
 */
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { basename, join } = require('node:path');

const DOCUMENT = join(__dirname, '../../../docs/reliability.md');
const TABLE = /(<!-- table: .* -->\n)[^]*?(<!-- end of table -->)/;

/** @implements {import('@jest/reporters').Reporter} */
class TableReporter {
  files = [];

  onTestFileStart({ path }) {
    process.stderr.write(`\n${basename(path, '.test.ts')}\n`);
  }

  onTestCaseResult(_test, { title, status, duration }) {
    process.stderr.write(`${line(duration, status, title)}\n`);
  }

  onTestFileResult({ path }, { testResults, perfStats }) {
    const steps = testResults.filter(({ status }) => status !== 'pending');
    if (steps.length > 0)
      this.files.push({ name: basename(path, '.test.ts'), steps, milliseconds: perfStats.end - perfStats.start });
  }

  onRunComplete(_contexts, { numFailedTests }) {
    const facts = factsOf(process.env.E2E_FACTS);
    process.stderr.write('\n seconds  result  step\n');
    for (const { name, steps, milliseconds } of this.files) {
      for (const { title, status, duration } of steps) {
        process.stderr.write(`${line(duration, status, title)}\n`);
        for (const fact of facts.get(`${name} ${title}`) ?? []) process.stderr.write(`${' '.repeat(18)}${fact}\n`);
      }
      process.stderr.write(`${line(milliseconds, '', `${name}, clean-up included`)}\n\n`);
    }
    if (process.env.E2E_RECORD && process.env.E2E_ALL && numFailedTests === 0) this.record(facts);
  }

  record(facts) {
    const rows = this.files.flatMap(({ name, steps }) =>
      steps.map(({ title, duration }) => [
        name,
        title,
        seconds(duration),
        (facts.get(`${name} ${title}`) ?? []).join('<br>'),
      ]),
    );
    const table = [['event', 'step', 'seconds', 'measured'], ['---', '---', '--:', '---'], ...rows]
      .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`)
      .join('');
    const before = readFileSync(DOCUMENT, 'utf8');
    writeFileSync(
      DOCUMENT,
      before.replace(TABLE, (_all, start, end) => `${start}\n${table}\n${end}`),
    );
  }
}

function factsOf(file) {
  const facts = new Map();
  if (!file || !existsSync(file)) return facts;
  for (const row of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
    const { file: name, step, fact } = JSON.parse(row);
    const key = `${name} ${step}`;
    facts.set(key, [...(facts.get(key) ?? []), fact]);
  }
  return facts;
}

function seconds(milliseconds) {
  return ((milliseconds ?? 0) / 1000).toFixed(1);
}

function line(milliseconds, status, title) {
  return `${seconds(milliseconds).padStart(8)}  ${status.padEnd(6)}  ${title}`;
}

module.exports = TableReporter;
