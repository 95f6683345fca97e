// SPDX-License-Identifier: GPL-2.0-only
// Say which of the modelled functions differ in an unpacked kernel tree from what was modelled.
//
//   scripts/drift TREE                compare; exit 1 where a function differs or is missing
//                                     from a file that is there
//   scripts/drift TREE --record 7.2   TREE is that version: record its functions
//   scripts/drift TREE --read FUNCTION --because TEXT
//                                     the function differs there, and was read: TEXT says why that
//                                     is the same to the model
//   scripts/drift TREE --reread FUNCTION
//                                     the model's function has changed, and was read again beside
//                                     that of TREE, which is as it was: record that of the model
//   scripts/drift TREE --names 7.2    TREE is that version: record which names of the model it has,
//                                     and which of its fields
//
// What is modelled is read from the comments of the model: the head of a file names the kernel
// file, `Models foo() of v7.2` the function and version. Two functions are the same where their
// text without comments and white space is; only hashes of it are kept, in drift.json. So is a hash
// of what the model makes of it: a test asks that who changes that reads the C again.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { fieldsOfModel, namesInTree, namesOfTable } from './fields.mjs';
import { assertOneOf, commandLine, misused } from './options.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
/** The version whose functions are all modelled. */
const NEWEST = '7.2';
const model = path.join(here, '../src/kernel');
/** Where else functions stand that a model file names in passing. */
const alsoIn = [
  'drivers/base/base.h',
  'drivers/base/bus.c',
  'drivers/base/dd.c',
  'drivers/base/platform.c',
  'drivers/acpi/arm64/dma.c',
  'drivers/iommu/iommu-priv.h',
  'drivers/iommu/intel/dmar.c',
  'drivers/iommu/iova.c',
  'include/linux/dma-mapping.h',
  'include/linux/iommu.h',
  'arch/arm64/mm/dma-mapping.c',
];
const recordFile = path.join(here, 'drift.json');
const readFile = path.join(here, 'read-in.json');
const namesFile = path.join(here, 'names.json');
const membersFile = path.join(here, 'members.json');
/** Folders and files that have everything the model has names of. */
const sources = [
  ...['acpi', 'amba', 'base', 'cdx', 'iommu', 'of', 'pci'].map((folder) => `drivers/${folder}`),
  ...[
    'include/linux',
    'kernel/dma/mapping.c',
    'kernel/workqueue.c',
    'kernel/notifier.c',
    'lib/klist.c',
    'lib/idr.c',
  ],
];

/** All functions that the model names: { file, name, version }, each once. */
export function modelled() {
  const found = new Map();
  const sources = readdirSync(model, { recursive: true }).filter((f) => String(f).endsWith('.ts'));
  for (const source of sources.map(String).sort()) {
    const text = readFileSync(path.join(model, source), 'utf8');
    const head = text.split('\n').slice(1, 3).join(' ');
    const files = head.match(/\b(?:drivers|kernel)\/[\w/-]+\.c/g) ?? [];
    for (const [, sentence, version] of text
      .replace(/\n \* /g, ' ')
      .matchAll(/Models ([^.]*?) of v(\d+\.\d+)/g)) {
      for (const [, name] of sentence.matchAll(/(\w+)\(\)/g)) {
        const key = `${name} v${version}`;
        if (files.length > 0 && !found.has(key)) found.set(key, { files, name, version });
      }
    }
  }
  return [...found.values()];
}

/** The text of the C function @name in @source without comments and white space; or null. */
export function functionText(source, name) {
  const lines = source.split('\n');
  const begins = new RegExp(`^[a-z][\\w\\s*]*\\b${name}\\(`);
  const split = new RegExp(`^${name}\\(`);
  for (let i = 0; i < lines.length; i++) {
    if (!begins.test(lines[i]) && !split.test(lines[i])) continue;
    let end = i;
    while (end < lines.length && !/[;{]\s*$/.test(lines[end]) && lines[end] !== '{') end++;
    if (/;\s*$/.test(lines[end] ?? ';')) continue;
    while (end < lines.length && lines[end] !== '}') end++;
    return bare(lines.slice(i, end + 1).join('\n'));
  }
  return null;
}

/** A comment, and the function that it stands before. */
const COMMENTED = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n((?:export )?function\*? [\s\S]*?\n}\n)/g;

/**
 * What stands for the C function @name in the model: all functions whose comment names it with a
 * version, without comments and white space.
 */
export function modelText(name) {
  const parts = [];
  const sources = readdirSync(model, { recursive: true }).filter((f) => String(f).endsWith('.ts'));
  for (const source of sources.map(String).sort()) {
    const text = readFileSync(path.join(model, source), 'utf8');
    for (const [, comment, body] of text.matchAll(COMMENTED)) {
      const said = comment.replace(/\n \* /g, ' ');
      if (new RegExp(`\\b${name}\\(\\)[^:;]*? of v\\d`).test(said)) parts.push(bare(body));
    }
  }
  return parts.join('\n');
}

const bare = (text) =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\/\/.*/g, '')
    .replace(/\s+/g, '');

const hash = (text) => createHash('sha256').update(text).digest('hex');

/** The hash of what stands for @name in the model. */
export const modelHash = (name) => hash(modelText(name));

/** All functions that the model names in its code: those of its table, and frames. */
export function namesOfModel() {
  const names = new Set();
  for (const folder of ['kernel', 'env']) {
    const top = path.join(model, '..', folder);
    for (const file of readdirSync(top, { recursive: true }).map(String)) {
      if (!file.endsWith('.ts')) continue;
      // op.ts defines what a frame is, and gives examples.
      if (path.basename(file) === 'op.ts') continue;
      const text = readFileSync(path.join(top, file), 'utf8');
      for (const [, name] of text.matchAll(/^(?:export )?function\* (\w+)/gm)) names.add(name);
      for (const [, name] of text.matchAll(
        /\b(?:frame|repeat|model__changed)(?:<[^(]*>)?\(\s*'(\w+)'/g,
      )) {
        names.add(name);
      }
    }
  }
  return [...names].sort();
}

/** All functions and macros that @tree declares or defines where the model has its names from. */
export function functionsOfTree(tree) {
  const found = new Set();
  const read = (file) => {
    for (const line of readFileSync(file, 'latin1').split('\n')) {
      const match = /^(?:#\s*define\s+(\w+)\(|(?:[a-zA-Z_][\w\s*]*[\s*])?(\w+)\()/.exec(line);
      if (match) found.add(match[1] ?? match[2]);
    }
  };
  for (const source of sources.map((name) => path.join(tree, name))) {
    if (!existsSync(source)) continue;
    if (/\.[ch]$/.test(source)) read(source);
    else {
      for (const file of readdirSync(source, { recursive: true }).map(String)) {
        if (/\.[ch]$/.test(file)) read(path.join(source, file));
      }
    }
  }
  return found;
}

/** Record in names.json which names of the model, or what they are part of, @tree has. */
function recordNames(tree, version) {
  const record = existsSync(namesFile) ? JSON.parse(readFileSync(namesFile, 'utf8')) : {};
  const there = functionsOfTree(tree);
  const parents = namesOfModel().map((name) => /^(_*[^_].*?)__/.exec(name)?.[1] ?? name);
  const wanted = [...new Set([...namesOfModel(), ...parents])];
  record[version] = wanted.filter((name) => there.has(name)).sort();
  writeFileSync(namesFile, `${JSON.stringify(record, null, 2)}\n`);
  const members = existsSync(membersFile) ? JSON.parse(readFileSync(membersFile, 'utf8')) : {};
  members[version] = namesInTree(tree, [...new Set([...fieldsOfModel(), ...namesOfTable()])]);
  writeFileSync(membersFile, `${JSON.stringify(members, null, 2)}\n`);
}

/** Entries of one name together. */
function byName(entries) {
  const groups = new Map();
  for (const entry of entries) groups.set(entry.name, [...(groups.get(entry.name) ?? []), entry]);
  return groups;
}

/** Where the function stands in @tree, and the hash of its text; null if it is not there. */
function find(tree, { files, name }) {
  for (const file of [...files, ...alsoIn]) {
    const full = path.join(tree, file);
    const text = existsSync(full) ? functionText(readFileSync(full, 'utf8'), name) : null;
    if (text !== null) return { file, sha256: hash(text) };
  }
  return null;
}

/** What was read in trees of the series of @tree: { series, release, functions }. */
function readIn(tree) {
  const makefile = path.join(tree, 'Makefile');
  const text = existsSync(makefile) ? readFileSync(makefile, 'utf8') : '';
  const [v, p, s] = ['VERSION', 'PATCHLEVEL', 'SUBLEVEL'].map(
    (key) => new RegExp(`^${key} = (\\d+)$`, 'm').exec(text)?.[1],
  );
  const series = `${v}.${p}`;
  const before = existsSync(readFile) ? JSON.parse(readFileSync(readFile, 'utf8'))[series] : null;
  return { series, release: `${series}.${s}`, functions: before?.functions ?? {} };
}

/** Record what the model makes of the function @name, which was read again in @tree. */
function recordAgain(tree, name, record) {
  const entries = modelled().filter((entry) => entry.name === name);
  const own = entries.filter((entry) => {
    const then = record[`${name} v${entry.version}`];
    return then !== undefined && find(tree, entry)?.sha256 === then.sha256;
  });
  if (own.length === 0)
    misused(import.meta.url, `${name}: not modelled, or not in that tree as it was recorded`);
  for (const { version } of own) record[`${name} v${version}`].model = modelHash(name);
  writeFileSync(recordFile, `${JSON.stringify(record, null, 2)}\n`);
  return 0;
}

/** Record that the function @read of @tree was read, @because. */
function recordReading(tree, { series, release, functions }, { read, because }) {
  const entry = modelled().find(({ name }) => name === read);
  const found = entry && find(tree, entry);
  if (!found || because === undefined) {
    const what =
      because === undefined ? '--read needs --because' : `${read}: not modelled, or not in it`;
    misused(import.meta.url, what);
  }
  const all = existsSync(readFile) ? JSON.parse(readFileSync(readFile, 'utf8')) : {};
  const now = { ...functions, [read]: { ...found, because } };
  const sorted = Object.fromEntries(Object.entries(now).sort(([a], [b]) => (a < b ? -1 : 1)));
  all[series] = { release, functions: sorted };
  writeFileSync(readFile, `${JSON.stringify(all, null, 2)}\n`);
  return 0;
}

function main(tree, values) {
  const mode = values.record;
  if (values.names !== undefined) {
    recordNames(tree, values.names);
    return 0;
  }
  const record = existsSync(recordFile) ? JSON.parse(readFileSync(recordFile, 'utf8')) : {};
  if (mode !== undefined) {
    for (const entry of modelled().filter((e) => e.version === mode)) {
      const found = find(tree, entry);
      if (found) record[`${entry.name} v${mode}`] = { ...found, model: modelHash(entry.name) };
      else console.log(`not in this tree: ${entry.name}() of ${entry.files.join(', ')}`);
    }
    const sorted = Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
    writeFileSync(recordFile, `${JSON.stringify(sorted, null, 2)}\n`);
    return 0;
  }
  if (values.reread !== undefined) return recordAgain(tree, values.reread, record);
  const reading = readIn(tree);
  if (values.read !== undefined) return recordReading(tree, reading, values);
  const count = { same: 0, read: 0, differs: 0, missing: 0, unread: 0 };
  for (const [name, entries] of byName(modelled())) {
    const then = entries.flatMap((e) => record[`${name} v${e.version}`] ?? []);
    const now = find(tree, { files: entries.flatMap((e) => e.files), name });
    // What is modelled of an older shape only is not looked for in a later tree.
    const newest = entries.some((e) => e.version === NEWEST);
    if (then.length === 0 || !newest) continue;
    if (!now && !entries.some((e) => e.files.some((f) => existsSync(path.join(tree, f))))) {
      count.unread++;
      console.log(`no file  ${then[0].file}: ${name}()`);
      continue;
    }
    const same = now && then.some((t) => t.sha256 === now.sha256);
    const told = reading.functions[name];
    const isRead = now !== null && told?.sha256 === now.sha256;
    const verdict = !now ? 'missing' : same ? 'same' : isRead ? 'read' : 'differs';
    count[verdict]++;
    const versions = entries.map((e) => `v${e.version}`).join(' and ');
    const where = (now ?? then[0]).file;
    if (isRead && !same) console.log(`read  ${where}: ${name}(): ${told.because}`);
    else if (!same) console.log(`${verdict}  ${where}: ${name}() of ${versions}`);
  }
  const { same, read, differs, missing, unread } = count;
  const rest = unread > 0 ? `, ${unread} in files that this tree has not` : '';
  const told = read > 0 ? `${read} that differ were read, ` : '';
  console.log(`${same} as modelled, ${told}${differs} differ, ${missing} missing${rest}`);
  return count.differs + count.missing > 0 ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const versions = {
    record: { type: 'string' },
    names: { type: 'string' },
    read: { type: 'string' },
    reread: { type: 'string' },
    because: { type: 'string' },
  };
  const { values, words } = commandLine(import.meta.url, versions, [
    { name: 'TREE', type: 'tree', needed: true },
  ]);
  assertOneOf(import.meta.url, values, ['record', 'read', 'reread', 'names']);
  if (values.because !== undefined && values.read === undefined) {
    misused(import.meta.url, '--because goes with --read');
  }
  process.exitCode = main(words[0], values);
}
