// SPDX-License-Identifier: GPL-2.0-only
// Was each search right to turn back where it met a state that it knew? Each world of no board that
// ends within a limit of states is searched in full; from every Nth place where the search turned
// back random walks go on, without cache and without reduction. Exit 1 where one of them ends or
// breaks a rule as the search has not seen, 2 for wrong arguments, 3 where worlds were cut off.
//
//   npm run audit-cache                                 7.2, 6.15.0 and 6.12, every 10th place
//   npm run audit-cache -- --every 3 --states-max 20000 7.2
import { loadTs } from './load-ts.mjs';
import { commandLine, demand } from './options.mjs';

const { values, words } = commandLine(
  import.meta.url,
  {
    every: { type: 'number', least: 1, default: 10 },
    'states-max': { type: 'number', least: 1, default: 500_000 },
  },
  [{ name: 'a kernel', type: 'string', multiple: true }],
);
const { every, 'states-max': statesMax } = values;

const { findRevision } = await loadTs('src/kernel/index.ts');
const { sweepWorlds } = await loadTs('test/support/sometimes.ts');
const { auditOf } = await loadTs('test/support/audit-cache.ts');

let [wrong, cut] = [0, 0];
for (const name of words.length > 0 ? words : ['7.2', '6.15.0', '6.12']) {
  const revision = demand(findRevision(name));
  let [worlds, places, walks] = [0, 0, 0];
  for (const derived of sweepWorlds()) {
    const audited = auditOf(derived, revision, statesMax, every);
    if (audited === null) {
      cut++;
      console.log(`${name}, ${derived.world.name}: cut off; --states-max raises the limit`);
      continue;
    }
    worlds++;
    places += audited.hits;
    walks += audited.walks;
    wrong += audited.differences.length;
    for (const told of audited.differences) console.log(`${name}, ${derived.world.name}: ${told}`);
  }
  console.log(`${name}: ${worlds} worlds, ${walks} walks from ${places} places`);
}
console.log(wrong === 0 ? 'nothing new was found' : `${wrong} walks found something new`);
process.exit(wrong > 0 ? 1 : cut > 0 ? 3 : 0);
