/**
 * Prints each step as it ends, and all of them in a table when the run is over, with what they measured. With
 * E2E_RECORD the rows of each file that ran whole, and passed, take the place of its last ones in docs/reliability.md.
 */
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { basename, join } = require('node:path');

const SUITE = join(__dirname, '..');
const DOCUMENT = join(SUITE, '../../docs/reliability.md');
const TABLE = /(<!-- table: .* -->\n)([^]*?)(<!-- end of table -->)/;
const HEAD = ['| event | step | seconds | measured |', '| --- | --- | --: | --- |'];

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
    const passed = testResults.every(({ status }) => status === 'passed');
    if (steps.length > 0)
      this.files.push({
        name: basename(path, '.test.ts'),
        steps,
        passed,
        milliseconds: perfStats.end - perfStats.start,
      });
  }

  onRunComplete() {
    const facts = factsOf(process.env.E2E_FACTS);
    process.stderr.write('\n seconds  result  step\n');
    for (const { name, steps, milliseconds } of this.files) {
      for (const { title, status, duration } of steps) {
        process.stderr.write(`${line(duration, status, title)}\n`);
        for (const fact of facts.get(`${name} ${title}`) ?? []) process.stderr.write(`${' '.repeat(18)}${fact}\n`);
      }
      process.stderr.write(`${line(milliseconds, '', `${name}, clean-up included`)}\n\n`);
    }
    if (process.env.E2E_RECORD && process.env.E2E_ALL) this.record(facts);
  }

  record(facts) {
    const before = readFileSync(DOCUMENT, 'utf8');
    const rows = new Map();
    for (const row of (TABLE.exec(before)?.[2] ?? '')
      .split('\n')
      .filter((text) => /^\| [a-z]/.test(text) && !HEAD.includes(text))) {
      const [, name] = row.split(' ', 2);
      if (existsSync(join(SUITE, `${name}.test.ts`))) rows.set(name, [...(rows.get(name) ?? []), row]);
    }
    for (const { name, steps } of this.files.filter(({ passed }) => passed)) {
      const measured = (title) => (facts.get(`${name} ${title}`) ?? []).join('<br>');
      const cells = steps.map(({ title, duration }) => [name, title, seconds(duration), measured(title)]);
      rows.set(
        name,
        cells.map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`),
      );
    }
    const table = [...HEAD, ...[...rows].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, own]) => own)].join('\n');
    writeFileSync(
      DOCUMENT,
      before.replace(TABLE, (_all, start, _old, end) => `${start}\n${table}\n\n${end}`),
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
