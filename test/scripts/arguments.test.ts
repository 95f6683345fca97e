// SPDX-License-Identifier: GPL-2.0-only
// A script that is called wrongly says so in a line, says how it is called, and does nothing.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { programs, root } from '../tidy/sources.ts';

const all = programs.filter(({ name }) => /^(scripts|bench)\/[\w-]+\.mjs$/.test(name));
const scripts = all.filter(
  ({ text }) => /\bcommandLine\(/.test(text) && !text.includes('function commandLine'),
);

/** Names of the options of a script that are numbers; a word of it that is one is `''`. */
function numbersOf(text: string): string[] {
  const option =
    /(?:^ +|\{ )'?([\w-]+)'?: (?:\{ (?:type: 'number'|\.\.\.jobsOption)|minutesOption)/gm;
  const options = [...text.matchAll(option)].map(([, name]) => `--${name}`);
  return [...options, ...(/\{ name: '[^']*', type: 'number'/.test(text) ? [''] : [])];
}

function run(name: string, ...args: readonly string[]) {
  // Nothing is there to be had, if a script should begin its work all the same.
  const env = { ...process.env, XDG_CACHE_HOME: '/nonexistent', PATH: '/nonexistent' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [name, ...args], {
    cwd: root,
    env,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

/** What is said on standard error: the line with what is wrong, and how the script is called. */
const refused = /^RW060: (.*)\n {2}usage: \S.*\n(?: {9}.*\n)*$/;

test('all scripts are asked', () => {
  expect(scripts.length).toBeGreaterThan(25);
});

test.each(scripts.map(({ name }) => name))('%s refuses an option that nobody knows', (name) => {
  const { status, stdout, stderr } = run(name, '--nonsense');
  expect([status, stdout]).toEqual([2, '']);
  expect(refused.exec(stderr)?.[1]).toContain("'--nonsense'");
});

const numbers = scripts.flatMap(({ name, text }) =>
  numbersOf(text).map((option) => ({ name, option })),
);

test('all numbers are found', () => {
  expect(numbers.filter(({ option }) => option === '--jobs').length).toBeGreaterThan(4);
  expect(numbers.filter(({ option }) => option === '').map(({ name }) => name)).toEqual([
    'scripts/crosscheck.mjs',
    'scripts/explained.mjs',
    'scripts/mangled.mjs',
  ]);
  const counted = scripts.map(({ text }) =>
    text.match(/'number'|\.\.\.jobsOption|: minutesOption/g),
  );
  // The second word of crosscheck.mjs is a number, too.
  expect(numbers.length).toBe(counted.flatMap((found) => found ?? []).length - 1);
});

const notNumber = /it is not a (whole )?number from \d+ to \d+$/;

test.each(numbers)('$name $option refuses what is no number', ({ name, option }) => {
  const { status, stdout, stderr } = run(name, option === '' ? 'many' : `${option}=many`);
  expect([status, stdout]).toEqual([2, '']);
  expect(refused.exec(stderr)?.[1]).toMatch(notNumber);
});

test.each(['-3', '0', '1e99', '2.5', '0x10', ' 4', '257'])('%s is no number of threads', (text) => {
  const { stderr } = run('scripts/agree.mjs', `--jobs=${text}`);
  expect(refused.exec(stderr)?.[1]).toBe(`--jobs ${text}: it is not a whole number from 1 to 256`);
});

test('a word too many, too few, or that names nothing is refused, and help is given', () => {
  expect(run('scripts/counts.mjs', 'a', 'b').stderr).toMatch(/^RW060: b: nobody asks for it\n/);
  expect(run('scripts/places.mjs').stderr).toMatch(/^RW060: TREE is missing\n/);
  expect(run('scripts/drift.mjs', 'no-tree').stderr).toMatch(
    /^RW060: TREE no-tree: it is not an unpacked kernel tree\n/,
  );
  const help = run('scripts/counts.mjs', '--help');
  expect([help.status, help.stderr]).toEqual([0, '']);
  expect(help.stdout).toMatch(/^ {2}usage: npm run counts/);
});

test('what is no tree, and a window that nobody knows, is not passed over', () => {
  for (const name of ['scripts/drift.mjs', 'scripts/places.mjs', 'bench/source.mjs']) {
    expect(run(name, 'docs').stderr, name).toMatch(
      /^RW060: TREE docs: it is not an unpacked kernel tree\n/,
    );
  }
  const { status, stderr } = run('scripts/bisect-sweep.mjs', 'C09,C99');
  expect(status).toBe(2);
  expect(stderr).toMatch(/^RW060: C99: there is no such window\n/);
});

test('what cannot be asked at once is refused, and an empty part is no unknown fault', () => {
  // Any folder that has what a tree is known by.
  const tree = mkdtempSync(path.join(tmpdir(), 'racewindow-tree-'));
  onTestFinished(() => rmSync(tree, { recursive: true }));
  mkdirSync(path.join(tree, 'drivers/iommu'), { recursive: true });
  writeFileSync(path.join(tree, 'Makefile'), 'VERSION = 7\n');
  const drift = (...args: string[]) => run('scripts/drift.mjs', tree, ...args).stderr;
  const both = drift('--record', '7.2', '--names', '7.2');
  expect(both).toMatch(/^RW060: --record and --names exclude each other\n/);
  expect(drift('--because', 'x')).toMatch(/^RW060: --because goes with --read\n/);
  const mutants = (...args: string[]) => run('scripts/mutants.mjs', ...args);
  expect(mutants('--only', 'tree', '--part', '1/8').stderr).toMatch(
    /^RW060: --only and --part exclude each other\n/,
  );
  expect(mutants('--only', 'nosuch').stderr).toMatch(
    /^RW060: --only nosuch: there is no such fault/,
  );
  expect(mutants('--part', '400/500').stdout).toBe('--part 400/500: none is in it\n');
});

test('a kernel that nobody knows is a coded error, as in racewindow', () => {
  const { status, stderr } = run('scripts/matrix.mjs', '--kernels', '9.9');
  expect(status).toBe(2);
  expect(stderr).toMatch(/^RW050: .*\n {2}hint: .*\n$/);
});
