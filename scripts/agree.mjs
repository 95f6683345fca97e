// SPDX-License-Identifier: GPL-2.0-only
// Explore all generic worlds under all kernels: a finding that is named by a window which the
// kernel does not have, by its ways, is an error; so is a window that its own world does not show.
//
//   npm run agree                     all kernels; some minutes
//   npm run agree -- 6.15.0,7.2       only these
//
// Needs `npm run build`. What fits no window is listed, and is no error. Exit code 1 at an error,
// 3 where a world was not explored in full.
const root = new URL('../dist/', import.meta.url);
const load = async (name) => await import(new URL(`${name}.js`, root).href);
const { findRevision, revisionNames } = await load('kernel/index');
const { openWays, windowById } = await load('windows/index');
const { genericWorlds } = await load('worlds/generic');
const { makeExplorer } = await load('run/world-pool');
const { reusing } = await load('run/reuse');
const { specOf } = await load('run/kernel-spec');

const options = { statesMax: 60_000, preemptions: 1 };
const kernels = process.argv[2]?.split(',') ?? revisionNames();
const worlds = genericWorlds();
const explorer = await makeExplorer(Number(process.env.JOBS ?? 2));
const asked = reusing(explorer);
const errors = new Set();
const unnamed = new Set();
let cut = 0;

/** Judge what @derived shows under @revision. */
async function judge(derived, revision) {
  const spec = specOf(revision, []);
  const { sightings, bounded } = await asked.explore({ derived, spec, options });
  if (bounded) cut++;
  for (const { window, report, because } of sightings) {
    const line = `${revision.name} ${report} in ${derived.classKey} | ${derived.world.name}`;
    if (window === null) unnamed.add(`${line}: ${because}`);
    else if (openWays(windowById(window), revision.commits, derived.world).length === 0) {
      errors.add(`${line}: named ${window}, which is not open there: ${because}`);
    }
  }
}

for (const name of kernels) {
  const { value: revision } = findRevision(name);
  await Promise.all(worlds.map((derived) => judge(derived, revision)));
}
await explorer.close();
for (const line of unnamed) console.log(`fits no window: ${line}`);
for (const line of errors) console.log(line);
console.log(`${worlds.length} worlds, ${kernels.length} kernels; ${cut} not explored in full`);
console.log(`${unnamed.size} fit no window; ${errors.size} named by a window that is not open`);
process.exitCode = errors.size > 0 ? 1 : cut > 0 ? 3 : 0;
