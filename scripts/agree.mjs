// SPDX-License-Identifier: GPL-2.0-only
// Explore worlds under kernels: a finding that is named by a window which the kernel does not have,
// by its ways, is an error, and so is one that fits no window.
//
//   npm run agree                            generic worlds, all kernels; some minutes
//   npm run agree -- --kernels 6.15.0,7.2    only these
//   npm run agree -- --only TEXT             worlds with TEXT in their class or name alone
//   npm run agree -- --boards                worlds of Debian's boards instead, each shape once
//   npm run agree -- --tree DIR              runs of that tree's C instead, with one preemption
//   npm run agree -- --keep FILE --minutes 4 a part of it: what is done is kept; run it again
//
// Needs `npm run build`; --boards scripts/fetch-boards. Exit codes: 0 all agree, 1 some do not,
// 3 a world was not explored in full, 4 the time was over: run it again.
import { readFileSync } from 'node:fs';
import { boardDirectories, boardFiles } from './board-files.mjs';
import { inParts, keeping } from './kept.mjs';
import { commandLine, demand, fail, jobsOption, minutesOption } from './options.mjs';

const { values } = commandLine(import.meta.url, {
  kernels: { type: 'string' },
  boards: { type: 'boolean' },
  tree: { type: 'tree' },
  only: { type: 'string', default: '' },
  keep: { type: 'string' },
  minutes: minutesOption,
  'states-max': { type: 'number', least: 1, default: 60_000 },
  jobs: { ...jobsOption, default: 2 },
});
const { jobs } = values;

const root = new URL('../dist/', import.meta.url);
const load = async (name) => await import(new URL(`${name}.js`, root).href);
const { findRevision, revisionNames } = await load('kernel/index');
const { disagreement } = await load('windows/ways');
const { windowById } = await load('windows/index');
const { genericWorlds, distinctWorlds } = await load('worlds/generic');

const errors = new Set();
let cut = 0;
let judged = 0;

/** What @sightings of @world under @revision say against the ways of the windows. */
function judge(revision, { world, classKey }, sightings) {
  judged += sightings.length;
  for (const { window, report, because } of sightings) {
    const known = window === null ? undefined : windowById(window);
    const fault = disagreement(known, revision.commits, world);
    if (fault === null) continue;
    const where = `${revision.name} ${report} in ${classKey} | ${world.name}`;
    errors.add(`${where}: ${fault}: ${because}`);
  }
}

/** The worlds of the boards, each shape once. */
async function boardWorlds() {
  const { readPlatform } = await load('platform/index');
  const { worldsForPlatform } = await load('worlds/derive');
  const axes = { asyncProbe: false, strictDevlink: false };
  const worlds = [...boardFiles(boardDirectories())].flatMap(({ bytes }) => {
    const platform = readPlatform(bytes);
    return platform.ok ? worldsForPlatform(platform.value, axes) : [];
  });
  return distinctWorlds(worlds);
}

/** The model explores @worlds; how many were left when the time was over. */
async function exploreModel(worlds, kernels) {
  const { makeExplorer } = await load('run/world-pool');
  const { reusing } = await load('run/reuse');
  const { specOf } = await load('run/kernel-spec');
  const { model } = JSON.parse(readFileSync(new URL('model.json', root), 'utf8'));
  const { keep: file, minutes } = values;
  const pool = await makeExplorer(jobs);
  const asked = reusing(keeping(pool, { file, minutes, model }));
  const options = { statesMax: values['states-max'], preemptions: 1 };
  const pairs = kernels.flatMap((revision) => worlds.map((derived) => ({ revision, derived })));
  const left = await inParts(pairs, jobs * 2, async ({ revision, derived }) => {
    const spec = specOf(revision, []);
    const { sightings, bounded } = await asked.explore({ derived, spec, options });
    if (bounded) cut++;
    judge(revision, derived, sightings);
  });
  await pool.close();
  return left;
}

/** The C of @tree is run in the worlds that there are for it. */
async function exploreTree(tree) {
  const { buildTree, searchWorld, sourceWorlds } = await load('realc/index');
  const { revisionOfTree } = await load('kernel/index');
  const image = await buildTree(tree, {});
  const revision = revisionOfTree(image.version.text);
  if (!revision) {
    const hint = 'give a tree of a kernel that has one';
    fail('RW060', `there is no model of ${image.version.text}`, hint);
  }
  const limits = { timeMaxMs: null, statesMax: null, properties: null };
  for (const world of sourceWorlds) {
    const strategy = { kind: 'bound', preemptions: 1 };
    const { findings, search } = searchWorld(image, world, { strategy, ...limits });
    if (search.limit !== null) cut++;
    const sightings = findings.map(({ window, property, witness }) => {
      return { window, report: property, because: witness.because };
    });
    judge(revision, { world, classKey: world.classKey }, sightings);
  }
  console.log(`${image.version.text}: ${sourceWorlds.length} worlds of its C`);
  return 0;
}

/** The model explores the worlds that were asked for. */
async function exploreAll() {
  const all = values.boards ? await boardWorlds() : genericWorlds();
  const worlds = all.filter((d) => `${d.classKey} ${d.world.name}`.includes(values.only));
  const names = values.kernels?.split(',') ?? (values.boards ? ['7.2', '6.15.0'] : revisionNames());
  const kernels = names.map((name) => demand(findRevision(name)));
  if (worlds.length === 0) console.log('NOT COVERED: no blobs; run scripts/fetch-boards');
  console.log(`${worlds.length} worlds, ${kernels.length} kernels`);
  return await exploreModel(worlds, kernels);
}

const left = await (values.tree === undefined ? exploreAll() : exploreTree(values.tree));
for (const line of errors) console.log(line);
console.log(`${judged} findings, ${errors.size} that do not agree; ${cut} worlds were cut off`);
if (left > 0) console.log(`${left} explorations were left when the time was over: run it again`);
process.exitCode = errors.size > 0 ? 1 : left > 0 ? 4 : cut > 0 ? 3 : 0;
