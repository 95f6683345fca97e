// SPDX-License-Identifier: GPL-2.0-only
// The documents are true: their commands run as they say, their lists are complete.
//
// `npx vitest run test/cli/docs.test.ts -u` writes the output of `npm start` into README.md, the
// error codes into the guide, and the man page.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { errorCodes } from '#base/errors';
import { manPage } from '#cli/man';
import { rowsOf } from '../support/sweep.ts';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const cli = path.join(root, 'dist', 'cli', 'main.js');

function read(name: string): string {
  return readFileSync(path.join(root, name), 'utf8');
}

/** What takes a minute of processor time is left to `npm run test:sweep`: a line each. */
const long = [/laptop\.dtb --kernel 6\.15\.0 +# exit 1$/, /--strategy bound=2 /];

/**
 * So is what asks of all windows what another line asks of one, a baseline, a form, a folder of
 * findings and their replay; and what a test of its own asks as well.
 */
const like = [
  ...[/\.gpu --kernel 7\.2 --(write-)?baseline /, /--format sarif /, /out\/guide/],
  ...[/\.gpu --kernel 6\.15\.0 +# exit 1$/, /--actors refuse,owner /, /--avoid /],
];

/** Every line of the blocks marked sh, with the exit code it must have. */
function shellLines(text: string): { line: string; code: number; sweep: boolean }[] {
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)]
    .flatMap((block) => block[1]!.split('\n'))
    .filter((line) => line.trim() !== '')
    .map((line) => ({
      line,
      code: Number(/# exit (\d)$/.exec(line)?.[1] ?? 0),
      sweep: [...long, ...like].some((each) => each.test(line)),
    }));
}

const dir = mkdtempSync(path.join(tmpdir(), 'racewindow-docs-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** Commands as they stand; checks share a journal, so that no world is explored twice. */
const prelude = `
  racewindow() {
    if [ "$1" = check ]; then set -- "$@" --resume "$JOURNAL"; fi
    "$NODE" "$CLI" "$@"
  }
  mkdir -p out`;

function shell(line: string): { status: number | null; text: string } {
  const script = `${prelude}\n${line}`;
  const JOURNAL = path.join(dir, 'journal');
  const env = { ...process.env, NODE: process.execPath, CLI: cli, NO_COLOR: '1', JOURNAL };
  const ran = spawnSync('bash', ['-c', script], { cwd: root, env, encoding: 'utf8' });
  return { status: ran.status, text: `${ran.stdout.slice(-2000)}${ran.stderr}` };
}

/** What came of each command: README and guide share some, which are run once. */
const ran = new Map<string, ReturnType<typeof shell>>();

function once(line: string): ReturnType<typeof shell> {
  const command = line.replace(/ *# exit \d$/, '');
  const result = ran.get(command) ?? shell(command);
  ran.set(command, result);
  return result;
}

describe.each([
  ['README.md', 1],
  ['docs/guide.md', 9],
  ['docs/tasks.md', 1],
])('the commands of %s', (name, left) => {
  const lines = shellLines(read(name));

  test('are there', () => {
    expect(lines.length).toBeGreaterThan(4);
  });

  test('leave few of them to the sweep', () => {
    expect(lines.filter(({ sweep }) => sweep)).toHaveLength(left);
  });

  test.each(rowsOf(lines))('run: $line', ({ line, code }) => {
    const { status, text } = once(line);
    expect(status, text).toBe(code);
  });
});

/** States and transitions change with every detail of the model; all else must not. */
function countless(text: string): string {
  return text.replace(/[\d,]+\s+(states|transitions)/g, 'N $1');
}

test('the README shows what npm start prints', async () => {
  const ran = spawnSync(process.execPath, ['scripts/start.mjs'], { cwd: root, encoding: 'utf8' });
  expect(ran.status, ran.stderr).toBe(0);
  const block = /(<!-- npm start -->\n```text\n)([\s\S]*?)(```\n<!-- end -->)/;
  const readme = read('README.md');
  const same = countless(block.exec(readme)?.[2] ?? '') === countless(ran.stdout);
  const updated = readme.replace(block, (_, a: string, _b, c: string) => a + ran.stdout + c);
  await expect(same ? readme : updated).toMatchFileSnapshot('../../README.md');
});

test('the man page is the one that the command table makes', async () => {
  await expect(manPage()).toMatchFileSnapshot('../../docs/racewindow.1');
});

test('the guide has every error code with its meaning', async () => {
  const guide = read('docs/guide.md');
  const rows = Object.entries(errorCodes).sort(([a], [b]) => (a < b ? -1 : 1));
  const table = rows.map(([code, meaning]) => `| ${code} | ${meaning} |\n`).join('');
  const block = /(\| code \| meaning \|\n\|---\|---\|\n)((?:\| RW.*\n)*)/;
  expect(block.test(guide)).toBe(true);
  const updated = guide.replace(block, (_, head: string) => head + table);
  await expect(updated).toMatchFileSnapshot('../../docs/guide.md');
});
