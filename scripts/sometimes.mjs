// SPDX-License-Identifier: GPL-2.0-only
// Does the search miss something that happens sometimes? Each world that ends within a limit of
// states is searched with and without random runs before, and run at random; exit 1 where a search
// has missed what another or a random run shows, 2 for wrong arguments.
//
//   npm run sometimes                              7.2, 6.15.0 and 6.12
//   npm run sometimes -- --states-max 20000 7.2    other kernels, other limits
import { loadTs } from './load-ts.mjs';
import { commandLine, demand } from './options.mjs';

const { values, words } = commandLine(
  import.meta.url,
  {
    'states-max': { type: 'number', least: 1, default: 3000 },
    runs: { type: 'number', least: 1, default: 300 },
  },
  [{ name: 'a kernel', type: 'string', multiple: true }],
);
const { 'states-max': statesMax, runs } = values;

const { findRevision } = await loadTs('src/kernel/index.ts');
const { missedIn, sweepWorlds } = await loadTs('test/support/sometimes.ts');

let wrong = 0;
for (const name of words.length > 0 ? words : ['7.2', '6.15.0', '6.12']) {
  const revision = demand(findRevision(name));
  let [full, larger, states] = [0, 0, 0];
  for (const derived of sweepWorlds()) {
    const shown = missedIn(derived, revision, statesMax, runs);
    if (shown.missed === null) {
      larger++;
      continue;
    }
    full++;
    states += shown.states;
    wrong += shown.missed.length;
    for (const id of shown.missed) console.log(`${name}, ${derived.world.name}: misses ${id}`);
  }
  console.log(`${name}: ${full} worlds in full, ${states} states; ${larger} are larger`);
}
console.log(wrong === 0 ? 'nothing is missed' : `${wrong} missed`);
process.exit(wrong === 0 ? 0 : 1);
