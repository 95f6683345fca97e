// SPDX-License-Identifier: GPL-2.0-only
// judge-main TIMES [only] [CHECK...]: holds the model of 7.2 against what was not computed from it.
// Prints the name of each check before it begins, those named first, and at the end a line of JSON.
import { Machine } from '../../../src/checker/machine/machine.ts';
import { bounded } from '../../../src/checker/search/bounded.ts';
import { findRevision, type Revision, withCommits } from '../../../src/kernel/index.ts';
import { shownData } from '../../../src/questions/commit-effects-data.ts';
import { buildTree } from '../../../src/realc/build/image.ts';
import { compareWorld, modelSide, realSide } from '../../../src/realc/conform/conform.ts';
import { modelDeeds, realDeeds } from '../../../src/realc/conform/deeds.ts';
import { compareDeeds } from '../../../src/realc/conform/same-deeds.ts';
import { sourceWorlds } from '../../../src/realc/worlds.ts';
import { watchedScene } from '../../../src/run/watched-scene.ts';
import { windows } from '../../../src/windows/index.ts';
import { treeOf } from '../../realc/helpers.ts';
import { kernelOf, shownIn, windowsIn, worldOf } from '../../windows/support.ts';

/** Says what is wrong, or null. */
type Check = () => Promise<string | null>;

/** Worlds in which outcomes, findings and stories are compared as well: two threads, soon done. */
const COMPARED = ['two-drivers', 'pci-scan', 'bystanders', 'acpi-two-instances', 'removal-walk'];

const [, ...words] = process.argv.slice(2);
const tree = treeOf('7.2');
if (tree === null) throw new Error('there is no tree of Linux 7.2: scripts/fetch-linux 7.2');
const image = await buildTree(tree, { cc: null });

function revisionOf(name: string): Revision {
  const found = findRevision(name);
  if (!found.ok) throw new Error(found.error.message);
  return found.value;
}

const checks = new Map<string, Check>();
for (const world of sourceWorlds) {
  checks.set(`the C, deeds: ${world.name}`, async () => {
    const model = modelDeeds(world, revisionOf('7.2'));
    return compareDeeds(world, model, realDeeds(image, world)).differences[0] ?? null;
  });
}
for (const world of sourceWorlds.filter(({ name }) => COMPARED.includes(name))) {
  checks.set(`the C, conform: ${world.name}`, async () => {
    const samples = 100;
    const limits = { bound: 1, samples, timeMaxMs: Number.MAX_SAFE_INTEGER, statesMax: 200_000 };
    const model = modelSide(world, revisionOf('7.2'), limits.statesMax);
    const real = realSide(image, world, limits);
    const [first] = compareWorld(world, model, real, samples).differences;
    return first ? `${first.kind}: ${first.text}` : null;
  });
}
// What a commit upstream closes, by its own words, and what mails have told of.
const isUpstream = (kernel: string): boolean => !kernel.includes('.ts');
for (const { id, worlds, links } of windows) {
  // C30 is an order of locks over all runs: test/windows/lock-order.test.ts.
  if (links.length === 0 || id === 'C30') continue;
  const rows = worlds.filter(({ absent = [] }) => absent.some(isUpstream));
  if (rows.length === 0) continue;
  checks.set(`public: ${id}`, async () => {
    for (const { world, found = [], absent = [] } of rows) {
      for (const kernel of found.filter(isUpstream).slice(-1)) {
        const shown = shownIn(worldOf(world), await kernelOf(kernel), id);
        if (!shown) return `${id} is not found in ${kernel}, ${world}`;
      }
      for (const kernel of absent.filter(isUpstream).slice(0, 1)) {
        const open = windowsIn(worldOf(world), await kernelOf(kernel)).includes(id);
        if (open) return `${id} is found in ${kernel}, ${world}`;
      }
    }
    return null;
  });
}

// Threads that nobody stops, one after the other: no rule breaks, and nothing is locked wrongly.
for (const name of ['hand:walk+del', 'hand:unbind+add', 'hand:fail+bind+retry']) {
  checks.set(`rules: ${name}`, async () => {
    const machine = new Machine(watchedScene(worldOf(name), revisionOf('7.2'), null));
    const { found } = bounded(machine, { bound: 0, statesMax: 100_000 });
    const [first] = found.map(({ report }) => `${report.property} ${report.because}`);
    return first ?? null;
  });
}
// A commit says that it mends something: it is seen in 7.2, which would be otherwise without it.
for (const sha of ['280e5a301005']) {
  checks.set(`public: ${sha}`, async () => {
    const [effect] = shownData[sha] ?? [];
    if (effect === undefined) return `it is not known what ${sha} shows`;
    const kernel = effect.kernels.split(' ').at(-1)!;
    const world = worldOf(effect.world.split(' | ')[0]!);
    const base = revisionOf(kernel);
    const given = base.commits.some((c) => c.sha === sha) ? { without: [sha] } : { with: [sha] };
    const other = withCommits(base, given);
    if (!other.ok) return other.error.message;
    const seen = (revision: Revision) => windowsIn(world, revision).map(String).sort().join();
    return seen(base) === seen(other.value) ? `${sha} changes nothing in ${kernel}` : null;
  });
}

const names = words.filter((word) => word !== 'only');
const unknown = names.filter((name) => !checks.has(name));
if (unknown.length > 0) throw new Error(`there is no check ${unknown.join(', ')}`);
const rest = [...checks.keys()].filter((name) => !names.includes(name));
let found: [string, string] | null = null;
for (const name of words[0] === 'only' ? names : [...names, ...rest]) {
  console.log(name);
  let wrong: string | null;
  try {
    wrong = await checks.get(name)!();
  } catch (error) {
    wrong = error instanceof Error ? error.message : String(error);
  }
  if (wrong !== null) {
    found = [name, wrong];
    break;
  }
}
// With the processor time, in seconds.
console.log(JSON.stringify([found, process.cpuUsage().user / 1e6]));
