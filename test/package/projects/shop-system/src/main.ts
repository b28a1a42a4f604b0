import { App } from 'cdk8s';
import { replaceFolders, synthesise } from 'cdk8s-tiers';
import { Shop } from './shop.js';

const { dist, charts, summary, problems } = synthesise([new Shop(new App())]);
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exitCode = 1;
} else {
  replaceFolders(process.cwd(), { dist, charts });
  console.log(summary.join('\n'));
}
