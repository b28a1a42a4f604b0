/** The order of the files: those with namespaces of their own, then those that share a release, so that one runs at a time. */
const { readFileSync } = require('node:fs');
const { default: Sequencer } = require('@jest/test-sequencer');

class OneReleaseAtATime extends Sequencer {
  sort(files) {
    const order = files.map((file) => ({ file, key: `${sharesTheRelease(file.path) ? 1 : 0} ${file.path}` }));
    return order.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ file }) => file);
  }
}

function sharesTheRelease(path) {
  return readFileSync(path, 'utf8').includes('await system()');
}

module.exports = OneReleaseAtATime;
