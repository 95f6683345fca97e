// SPDX-License-Identifier: GPL-2.0-only
// Ask each client of each board alone and as a part of its board: the verdicts have to agree.
//
//   npm run members                                arm64 and armhf boards, 7.2 and 6.15.0; minutes
//   npm run members -- --boards DIR --kernels 7.2 --jobs 2
//
// Needs `npm run build` and scripts/fetch-boards, once more with --arch armhf. Each distinct shape
// of a world is explored once for each kernel, so a verdict is looked up: the windows and rules
// that break in the worlds of a client. At the end the classes are made coarse on purpose, as if a
// kind of client were one class; where that shows no contradiction, the sweep has seen nothing.
// Exit codes: 0 all agree, 1 some do not, 3 there are no blobs.
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { boardDirectories, boardFiles } from './board-files.mjs';
import { commandLine, demand, jobsOption } from './options.mjs';

const { values } = commandLine(import.meta.url, {
  boards: { type: 'path', multiple: true },
  kernels: { type: 'string', default: '7.2,6.15.0' },
  jobs: { ...jobsOption, default: availableParallelism() },
});

const load = (file) => import(new URL(`../dist/${file}.js`, import.meta.url).href);
const { readPlatform, classesOf, clientsOf } = await load('platform/index');
const { worldsForPlatform, worldsForClass, kindOfKey } = await load('worlds/derive');
const { shapeOf } = await load('worlds/shape');
const { makeExplorer } = await load('run/world-pool');
const { defaultExplore } = await load('run/explore');
const { specOf } = await load('run/kernel-spec');
const { findRevision } = await load('kernel/index');

const axes = { asyncProbe: false, strictDevlink: false };

/** The worlds of a board whose kinds of clients are taken for classes: wrong, and known to be. */
function coarse(worlds) {
  const firsts = new Map();
  const devices = new Map();
  for (const w of worlds) {
    const kind = kindOfKey(w.classKey);
    if (!firsts.has(kind)) firsts.set(kind, w.classKey);
    devices.set(kind, new Set([...(devices.get(kind) ?? []), ...w.devices]));
  }
  return worlds
    .filter((w) => firsts.get(kindOfKey(w.classKey)) === w.classKey)
    .map((w) => ({ ...w, devices: [...devices.get(kindOfKey(w.classKey))] }));
}

/** The shapes that a client is judged by, where @worlds are those of its board. */
function shapesOf(worlds, name) {
  const mine = worlds.filter((w) => w.devices.includes(name));
  return [...new Set(mine.map(({ shape }) => shape))].sort();
}

/** What a client is asked of: shapes of its own worlds, its board's, those of coarse classes. */
function questionsOf(platform, stands) {
  const shaped = (list) =>
    list.map((derived) => {
      const shape = shapeOf(derived.world);
      if (!stands.has(shape)) stands.set(shape, derived);
      return { ...derived, shape };
    });
  const whole = shaped(worldsForPlatform(platform, axes));
  const blunt = coarse(whole);
  return clientsOf(platform).map(({ name }) => {
    const mine = classesOf(platform, [name]).find((c) => c.representative === name);
    const own = shaped(worldsForClass(platform, axes, mine));
    return {
      name,
      alone: shapesOf(own, name),
      whole: shapesOf(whole, name),
      blunt: shapesOf(blunt, name),
    };
  });
}

/** The windows and rules that break in worlds of @shapes, and whether a limit was hit. */
function verdictOf(shapes, seen) {
  const broken = new Set(shapes.flatMap((shape) => seen.get(shape).broken));
  const bounded = shapes.some((shape) => seen.get(shape).bounded);
  return [...[...broken].sort(), ...(bounded ? ['bounded'] : [])].join(' ');
}

async function explore(stands, kernel, explorer) {
  const spec = specOf(demand(findRevision(kernel)), []);
  const size = ([, { world }]) => world.threads.length * 10 + world.devices.length;
  const queue = [...stands].sort((a, b) => size(b) - size(a));
  const seen = new Map();
  await Promise.all(
    queue.map(async ([shape, derived]) => {
      const e = await explorer.explore({ derived, spec, options: defaultExplore });
      const broken = e.sightings.map((s) => `${s.window ?? 'new?'}/${s.report}`);
      seen.set(shape, { broken, bounded: e.bounded });
    }),
  );
  return seen;
}

function differences(questions, seen, side) {
  return questions.flatMap(({ board, name, alone, ...other }) => {
    const [a, b] = [verdictOf(alone, seen), verdictOf(other[side], seen)];
    return a === b ? [] : [{ board, name, alone: a, whole: b }];
  });
}

const dirs = values.boards ?? boardDirectories();
if (dirs.length === 0 || dirs.every((dir) => readdirSync(dir).length === 0)) {
  console.log('NOT COVERED: no blobs; run scripts/fetch-boards, and again with --arch armhf');
  process.exit(3);
}
const began = performance.now();
const stands = new Map();
const questions = [];
let boards = 0;
for (const { name, bytes } of boardFiles(dirs)) {
  const platform = readPlatform(bytes);
  boards += 1;
  questions.push(...questionsOf(demand(platform), stands).map((q) => ({ board: name, ...q })));
}
const since = () => `${((performance.now() - began) / 1000).toFixed(0)} s`;
console.log(
  `${boards} boards of ${dirs.length} sets, ${questions.length} clients, ` +
    `${stands.size} shapes, ${since()}`,
);
const explorer = await makeExplorer(values.jobs);
let wrong = 0;
let shown = 0;
for (const kernel of values.kernels.split(',')) {
  const seen = await explore(stands, kernel, explorer);
  const found = differences(questions, seen, 'whole');
  const seeded = differences(questions, seen, 'blunt');
  const cut = [...seen.values()].filter((s) => s.bounded).length;
  wrong += found.length;
  shown += seeded.length;
  console.log(
    `${kernel}: ${found.length} contradictions; ${seeded.length} with coarse classes, on ` +
      `${new Set(seeded.map((d) => d.board)).size} boards; ${cut} shapes bounded, ${since()}`,
  );
  for (const d of found.slice(0, 10)) {
    console.log(`  ${d.board} ${d.name}: alone ${d.alone || '-'}; in its board ${d.whole || '-'}`);
  }
}
await explorer.close();
if (shown === 0) console.log('coarse classes show no contradiction: the sweep has seen nothing');
process.exitCode = wrong === 0 && shown > 0 ? 0 : 1;
