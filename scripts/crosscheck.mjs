// SPDX-License-Identifier: GPL-2.0-only
// Put random programs through every strategy and compare; exit 1 where two differ. For every ten
// programs that end, which brute force can judge, one that may go on for ever.
//
//   npm run crosscheck                    100,000 programs, and 10,000 that may go on for ever
//   npm run crosscheck -- 500 123         500 programs and 50, from seed 123 on
import { loadTs } from './load-ts.mjs';
import { commandLine } from './options.mjs';

const { words } = commandLine(import.meta.url, {}, [
  { name: 'the number of programs', type: 'number', least: 1 },
  { name: 'the first seed', type: 'number' },
]);
const [count = 100_000, first = 1] = words;

const { crosscheck } = await loadTs('test/support/checker/crosscheck-strategies.ts');
const { crosscheckCyclic } = await loadTs('test/support/checker/crosscheck-cyclic.ts');
const started = performance.now();
let [seed, compared, skipped, wrong, classes] = [first, 0, 0, 0, 0];
for (; compared < count; seed++) {
  const found = crosscheck(seed);
  if (found.skipped) {
    skipped++;
    continue;
  }
  compared++;
  classes += found.classes;
  if (found.differences.length > 0) wrong++;
  for (const line of wrong <= 20 ? found.differences : []) console.log(line);
  if (compared % 10_000 === 0) console.log(`${compared} programs, ${wrong} differ`);
}
let [cyclic, states, broken, wrongCyclic] = [0, 0, 0, 0];
for (let n = 0; n < count / 10; n++) {
  const found = crosscheckCyclic(first + n);
  if (found.skipped) continue;
  if (found.cyclic) cyclic++;
  states += found.states;
  broken += found.violations;
  if (found.differences.length > 0) wrongCyclic++;
  for (const line of wrongCyclic <= 20 ? found.differences : []) console.log(line);
}
const took = ((performance.now() - started) / 1000).toFixed(0);
console.log(
  `${compared} programs from seed ${first} to ${seed - 1} compared in ${took} s: ` +
    `${classes} classes, ${wrong} programs differ; ${skipped} too big for brute force, left out`,
);
console.log(
  `${cyclic} programs that may go on for ever: ${states} states, ${broken} violations, ` +
    `${wrongCyclic} programs differ`,
);
process.exitCode = wrong + wrongCyclic === 0 ? 0 : 1;
