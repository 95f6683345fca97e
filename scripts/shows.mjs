// SPDX-License-Identifier: GPL-2.0-only
// For each commit of each stack, a small world that comes to something else without it.
//
//   node scripts/shows.mjs            write src/questions/commit-effects-data.ts; some minutes
//   node scripts/shows.mjs --check    run what that file says again; exit 1 where it is not so
//
// Needs `npm run build`. A commit that cannot be taken away says why by itself (RW053).
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { commandLine } from './options.mjs';

const { values } = commandLine(import.meta.url, { check: { type: 'boolean' } });

const root = new URL('../', import.meta.url);
const load = (file) => import(new URL(`dist/${file}.js`, root).href);
const { findRevision, revisionNames, withCommits, draftOf } = await load('kernel/index');
const { genericWorlds } = await load('worlds/generic');
const { kindOfKey } = await load('worlds/derive');
const { smallFirst } = await load('questions/matrix');
const { look, withoutCommit } = await load('questions/commit-effects-search');

const shownModule = await load('questions/commit-effects');

/** Worlds of two walks are large, but for these. */
const SMALL = /^hand:walk\+walk (parsed|order)$/;
/** Those of @all that @words names; that it names none is a mistake here. */
function named(all, words) {
  const some = all.filter(({ classKey }) => classKey.includes(words));
  if (some.length === 0) throw new Error(`scripts/shows.mjs: no world has ${words} in its class`);
  return some;
}

const worlds = smallFirst(genericWorlds()).filter(({ world, classKey }) => {
  if (world.switches.deferralTimeout) return false;
  const walks = world.threads.filter((t) => t.kind === 'iommu-probe').length;
  return walks < 2 || SMALL.test(classKey);
});
/** The kind of client and the name tell the generic worlds apart. */
const keyOf = ({ world, classKey }) => `${kindOfKey(classKey)} | ${world.name}`;

/** Kernels that a world cannot tell apart are explored once. */
const known = new Map();
function remembered(derived, revision) {
  const { sw } = draftOf(revision);
  const results = known.get(keyOf(derived)) ?? [];
  known.set(keyOf(derived), results);
  const before = results.find((e) => e.switches.every(([name, value]) => sw[name] === value));
  if (before) return before;
  const fresh = look(derived, revision);
  results.push(fresh);
  return fresh;
}

/** Stacks, each with the kernels that have it, and what can be taken from it. */
function stacks() {
  const found = new Map();
  for (const name of revisionNames()) {
    const { value: revision } = findRevision(name);
    const key = revision.commits.map((c) => `${c.sha} ${c.variant ?? ''}`).join();
    const { names } = found.get(key) ?? { names: [] };
    found.set(key, { revision, names: [...names, name] });
  }
  return [...found.values()];
}

/** What was written down before is tried first: it is rarely another world. */
function shownBy(name, revision, sha, preferred) {
  const before = shownModule.shownIn(name, sha);
  const derived = before && worlds.find((w) => keyOf(w) === before.world);
  const { aspect } = before ?? {};
  const again = derived && withoutCommit(derived, revision, sha, aspect, remembered);
  return again ? { derived, aspect, ...again } : shownAnew(revision, sha, preferred);
}

function shownAnew(revision, sha, preferred) {
  const order = [...preferred, ...worlds.filter((w) => !preferred.includes(w))];
  for (const aspect of ['breaks', 'happens', 'races']) {
    // Races are looked for in a few worlds of a walk and a bind only.
    const list = aspect === 'races' ? named(worlds, 'bus-scan') : order;
    for (const derived of list) {
      const difference = withoutCommit(derived, revision, sha, aspect, remembered);
      if (difference) return { derived, aspect, ...difference };
    }
  }
  return null;
}

function search() {
  const table = new Map();
  const nothing = [];
  for (const { revision, names } of stacks()) {
    for (const { sha } of revision.commits) {
      if (!withCommits(revision, { without: [sha] }).ok) continue;
      const entries = table.get(sha) ?? [];
      table.set(sha, entries);
      const shown = shownBy(names[0], revision, sha, [...new Set(entries.map((e) => e.derived))]);
      if (!shown) {
        nothing.push({ name: names[0], sha });
        continue;
      }
      const text = JSON.stringify([shown.aspect, shown.gone, shown.come, keyOf(shown.derived)]);
      const same = entries.find((e) => e.text === text);
      if (same) same.kernels.push(...names);
      else entries.push({ ...shown, text, kernels: [...names] });
    }
    console.error(names.join(' '));
  }
  return { table, nothing };
}

/** Split where the line would be too long. */
const sentence = (text) =>
  text.length > 80 ? `'${text.replace(' and ', " and ' + '")}'` : `'${text}'`;
const quoted = (list) => `[${list.map(sentence).join(', ')}]`;
const worldText = (key) => (key.length > 80 ? `'${key.replace(' | ', " | ' + '")}'` : `'${key}'`);

function entryText({ kernels, derived, aspect, gone, come }) {
  return `    {
      kernels: '${kernels.join(' ')}',
      world: ${worldText(keyOf(derived))},
      aspect: '${aspect}',
      gone: ${quoted(gone)},
      come: ${quoted(come)},
    },`;
}

function write(table) {
  const body = [...table].map(
    ([sha, list]) => `  '${sha}': [\n${list.map(entryText).join('\n')}\n  ],`,
  );
  const text = `// SPDX-License-Identifier: GPL-2.0-only
// What each commit changes, computed by \`node scripts/shows.mjs\`; not to be edited.

import type { CommitEffect } from './commit-effects-types.ts';

export const shownData: Readonly<Record<string, readonly CommitEffect[]>> = {
${body.join('\n')}
};
`;
  const file = fileURLToPath(new URL('src/questions/commit-effects-data.ts', root));
  writeFileSync(file, text);
  execFileSync('npx', ['biome', 'check', '--write', file], { stdio: 'inherit' });
}

/** Run again what is written down; every stack and commit has to be there. */
function check() {
  const { shownIn, unseen } = shownModule;
  let [shows, reasons, refused] = [0, 0, 0];
  const wrong = [];
  for (const { revision, names } of stacks()) {
    for (const { sha } of revision.commits) {
      if (!withCommits(revision, { without: [sha] }).ok) {
        refused++;
        continue;
      }
      const shown = shownIn(names[0], sha);
      const derived = shown && worlds.find((w) => keyOf(w) === shown.world);
      const found = derived && withoutCommit(derived, revision, sha, shown.aspect, remembered);
      const same =
        found && JSON.stringify(found) === JSON.stringify({ gone: shown.gone, come: shown.come });
      if (same) shows++;
      else if (unseen(names[0], sha) !== null) reasons++;
      else wrong.push(`${names.join(' ')}: ${sha}`);
    }
  }
  const rest = `${reasons} with a reason why no rule sees it, ${refused} refused`;
  console.log(`of the commits taken away ${shows} show in a world, ${rest}, ${wrong.length} wrong`);
  return wrong;
}

if (values.check) {
  const wrong = check();
  for (const text of wrong) console.log(`not as written: ${text}`);
  process.exitCode = wrong.length > 0 ? 1 : 0;
} else {
  const { table, nothing } = search();
  write(table);
  const left = nothing.filter(({ name, sha }) => shownModule.unseen(name, sha) === null);
  for (const { name, sha } of left) console.log(`no world shows it: ${name}: ${sha}`);
  process.exitCode = left.length > 0 ? 1 : 0;
}
