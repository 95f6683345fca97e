// SPDX-License-Identifier: GPL-2.0-only
// Put random programs through every strategy and compare; exit 1 where two differ.
//
// What `source` is known to miss (the head of src/checker/source.ts says when) is counted apart: it
// is a fault of that strategy alone, which check() does not use unless asked.
//
//   npm run crosscheck                    100,000 programs
//   npm run crosscheck -- 500 123         500 programs, from seed 123 on
import { loadTs } from './load-ts.mjs';

const count = Number(process.argv[2] ?? 100_000);
const first = Number(process.argv[3] ?? 1);
if (!(count > 0) || !Number.isInteger(first)) {
  console.error('usage: crosscheck [count] [first seed]');
  process.exit(2);
}
const { crosscheck } = await loadTs('test/checker/support/crosscheck-strategies.ts');
const started = performance.now();
let [seed, compared, skipped, wrong, missed, classes] = [first, 0, 0, 0, 0, 0];
for (; compared < count; seed++) {
  const found = crosscheck(seed);
  if (found.skipped) {
    skipped++;
    continue;
  }
  compared++;
  classes += found.classes;
  const known = found.differences.filter((line) => line.includes(': source classes: '));
  if (known.length > 0) missed++;
  if (found.differences.length > known.length) wrong++;
  for (const line of wrong + missed <= 20 ? found.differences : []) console.log(line);
  if (compared % 10_000 === 0) console.log(`${compared} programs, ${wrong} differ`);
}
const took = ((performance.now() - started) / 1000).toFixed(0);
console.log(
  `${compared} programs from seed ${first} to ${seed - 1} compared in ${took} s: ` +
    `${classes} classes, ${wrong} programs differ; ${skipped} too big for brute force, left out`,
);
console.log(`${missed} programs of which source alone misses classes, as it is known to`);
process.exitCode = wrong === 0 ? 0 : 1;
