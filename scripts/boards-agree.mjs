// SPDX-License-Identifier: GPL-2.0-only
// Ask boards in three ways: in a sweep, by a check, and by a check of each client alone.
//
//   npm run boards-agree                         30 boards under 7.2; many minutes
//   npm run boards-agree -- --boards DIR --count 4 --kernel 6.15.0 --part day/30
//
// Needs `npm run build` and scripts/fetch-boards, once more with --arch armhf. Boards whose worlds
// have the same shapes are one kind; of the kinds, in order of the names of their first boards,
// every so manieth is taken. A sweep looks outcomes up by shape, a check by the world with its
// names, and a client alone has worlds of its own, so each way explores for itself what the others
// take from elsewhere; of clients whose own worlds have the same shapes, one is asked alone. All
// have to say the same of each client: the outcome of each rule, and the windows that break it.
// Exit codes: 0 all agree, 1 some do not, 3 there are no boards.
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { boardDirectories, boardFiles } from './board-files.mjs';
import { commandLine, demand, jobsOption } from './options.mjs';
import { partOf } from './part.mjs';

const { values } = commandLine(import.meta.url, {
  boards: { type: 'path', multiple: true },
  kernel: { type: 'string', default: '7.2' },
  count: { type: 'number', least: 1, default: 30 },
  part: { type: 'part', default: '1/1' },
  jobs: { ...jobsOption, default: availableParallelism() },
});
const { jobs } = values;

const load = (file) => import(new URL(`../dist/${file}.js`, import.meta.url).href);
const { readPlatform, clientsOf } = await load('platform/index');
const { chooseWorlds } = await load('questions/worlds');
const { checkPlatform, defaultCheck } = await load('questions/check');
const { sweepBoards } = await load('questions/sweep');
const { OutcomeStore } = await load('run/store');
const { shapeOf } = await load('worlds/shape');
const { findRevision } = await load('kernel/index');

const kernel = { revision: demand(findRevision(values.kernel)), userFixes: [] };

/** The shapes of the worlds of @platform, or of some of its clients, as one text. */
function shapesOf(platform, devices = null) {
  const { worlds } = chooseWorlds(platform, { ...defaultCheck, devices }, values.kernel);
  return [...new Set(worlds.map(({ world }) => shapeOf(world)))].sort().join('\n');
}

/** One board of each kind: those with the same shapes of worlds are one. */
function kindsOf(dirs) {
  const kinds = new Map();
  for (const { name, bytes } of boardFiles(dirs)) {
    const read = readPlatform(bytes);
    if (!read.ok) continue;
    const key = shapesOf(read.value);
    if (key !== '' && !kinds.has(key)) kinds.set(key, { name, platform: read.value });
  }
  return [...kinds.values()];
}

/** @count of @list, as far apart as can be. */
function spread(list, count) {
  const step = Math.max(1, list.length / count);
  const picked = Array.from({ length: Math.min(count, list.length) }, (_, i) => i * step);
  return picked.map((at) => list[Math.floor(at)]);
}

/** What @verdicts and @breaks say of the client called @name, as lines. */
function saidOf(name, verdicts, breaks) {
  const mine = verdicts.filter(({ devices }) => devices.includes(name));
  const broken = breaks.filter(({ devices }) => devices.includes(name));
  return [
    ...mine.map(({ property, outcome }) => `${property} ${outcome}`),
    ...broken.map(({ window, property }) => `${window ?? 'new?'}/${property}`),
  ].sort();
}

const journals = mkdtempSync(join(tmpdir(), 'racewindow-agree-'));

/** A check of @platform, or of one client; worlds with equal names are explored once. */
function check(platform, device, resume) {
  const devices = device === null ? null : [device];
  const options = { ...defaultCheck, devices, jobs, resume, toExplain: () => [] };
  return checkPlatform(platform, kernel, options, 'boards-agree');
}

/** What the three ways say of @board where they differ, as lines. */
async function differencesIn(board, i) {
  const { name, platform } = board;
  const store = new OutcomeStore(join(journals, `store-${i}`));
  const asked = { properties: null, windows: null, strategy: defaultCheck.strategy };
  const options = { ...asked, statesMax: null, jobs };
  const { boards } = await sweepBoards([board], [kernel], options, store);
  const [swept] = boards[0].answers;
  const journal = join(journals, `journal-${i}`);
  const whole = await check(platform, null, journal);
  const found = [];
  const known = new Map();
  for (const { name: client } of clientsOf(platform)) {
    const key = shapesOf(platform, [client]);
    if (!known.has(key)) {
      const { verdicts, findings } = await check(platform, client, journal);
      known.set(key, saidOf(client, verdicts, findings));
    }
    const ways = {
      sweep: saidOf(client, swept.verdicts, swept.breaks),
      check: saidOf(client, whole.verdicts, whole.findings),
      alone: known.get(key),
    };
    for (const way of ['sweep', 'alone']) {
      const only = (a, b) => a.filter((text) => !b.includes(text));
      const [more, less] = [only(ways[way], ways.check), only(ways.check, ways[way])];
      if (more.length + less.length === 0) continue;
      found.push(`${name} ${client}: ${way} has ${more.join(', ')}; check has ${less.join(', ')}`);
    }
  }
  return found;
}

const dirs = values.boards ?? boardDirectories();
const kinds = kindsOf(dirs);
const boards = partOf(values.part, spread(kinds, values.count));
if (kinds.length === 0) {
  console.log('NOT COVERED: no boards; run scripts/fetch-boards, and again with --arch armhf');
  process.exit(3);
}
let contradictions = 0;
try {
  for (const [i, board] of boards.entries()) {
    const found = await differencesIn(board, i);
    contradictions += found.length;
    for (const text of found) console.log(text);
    console.log(
      `${board.name}: ${clientsOf(board.platform).length} clients, ${found.length} apart`,
    );
  }
} finally {
  rmSync(journals, { recursive: true, force: true });
}
console.log(
  `${kinds.length} kinds of boards, ${boards.length} asked under ${values.kernel}: ` +
    `${contradictions} contradictions`,
);
process.exitCode = contradictions === 0 ? 0 : 1;
