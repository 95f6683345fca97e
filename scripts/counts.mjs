// SPDX-License-Identifier: GPL-2.0-only
// Check every count of classes and states known from the literature; exit 1 where one differs.
//
//   npm run counts            all of them; some minutes
//   npm run counts -- lastz   only rows whose line contains "lastz"
import { loadTs } from './load-ts.mjs';
import { commandLine } from './options.mjs';

const { words } = commandLine(import.meta.url, {}, [{ name: 'a text', type: 'string' }]);
const [only = ''] = words;

const { countRows, runRow } = await loadTs('test/support/checker/count-rows.ts');
const rows = countRows().filter((r) => `${r.kind} ${r.name}`.includes(only));
let wrong = 0;
let seconds = 0;
for (const row of rows) {
  const started = performance.now();
  const found = runRow(row);
  const took = (performance.now() - started) / 1000;
  seconds += took;
  const same = JSON.stringify(found) === JSON.stringify(row.expected);
  if (!same) wrong++;
  const what = `${row.kind} ${row.name}`.padEnd(44);
  const verdict = same ? 'ok   ' : `WRONG, expected ${row.expected.join(' ')}`;
  console.log(`${what} ${verdict} ${found.join(' ')}  (${took.toFixed(1)} s)`);
}
console.log(`${rows.length - wrong} of ${rows.length} rows as expected in ${seconds.toFixed(0)} s`);
process.exitCode = wrong === 0 && rows.length > 0 ? 0 : 1;
