// SPDX-License-Identifier: GPL-2.0-only
// sweep: what check says, board by board; nothing done twice; what cannot be read is a row.

import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { boardsBelow } from '#cli/boards-below';
import { realPipeline } from '#cli/wiring';
import type { SweepReport, SweptAnswer } from '#finding/sweep';
import { sweepCsv, sweepExit, sweepText } from '#report/sweep';
import { sweepHtml } from '#report/sweep-html';
import { besideBlob } from '../support/beside.ts';
import { draws } from '../support/sweep.ts';
import { run, scratch, scratchFile } from './fake.ts';

const laptop = 'examples/boards/laptop.dtb';
const asked = ['--window', 'C09', '--kernel', '7.2', '--states-max', '40', '--jobs', '1'];

/** @board twice, and cut off, in a folder; with a place for a store. */
async function folder(board: Uint8Array): Promise<{ boards: string; store: string }> {
  const base = path.dirname(await scratchFile('unused', ''));
  const boards = path.join(base, 'boards');
  mkdirSync(path.join(boards, 'sub'), { recursive: true });
  writeFileSync(path.join(boards, 'sub', 'same.dtb'), board);
  writeFileSync(path.join(boards, 'again.dtb'), board);
  writeFileSync(path.join(boards, 'cut.dtb'), board.subarray(0, board.length >> 1));
  return { boards, store: path.join(base, 'store') };
}

/** Two clients that stand differently, so that each has worlds of its own. */
const small = besideBlob({});

function filesBelow(dir: string): string[] {
  const names = readdirSync(dir, { recursive: true }) as string[];
  return names.filter((name) => name.endsWith('.json')).sort();
}

test('a sweep says what a check says, keeps it, and does what is lost again', async () => {
  const { boards, store } = await folder(small);
  const pipeline = realPipeline();
  const sweep = ['sweep', boards, ...asked, '--store', store, '--format', 'json'];
  const first = await run(sweep, { pipeline });
  const report = JSON.parse(first.out);
  const same = path.join(boards, 'sub', 'same.dtb');
  const check = await run(['check', same, ...asked, '--format', 'json'], { pipeline });
  expect(check.err).toBe('');
  const alone = JSON.parse(check.out);
  expect(report.boards.map((b: { name: string }) => b.name)).toEqual(['again.dtb', 'sub/same.dtb']);
  for (const { answers } of report.boards) {
    const plain = ({ property, outcome, devices }: Record<string, unknown>) => {
      return { property, outcome, devices };
    };
    expect(answers[0].verdicts).toEqual(alone.verdicts.map(plain));
    const windows = alone.windows.map(({ window, outcome, devices }: Record<string, unknown>) => {
      return { window, outcome, devices };
    });
    expect(answers[0].windows).toEqual(windows);
    const limits = alone.coverage.bounded.map(
      ({ worlds: _, ...limit }: { worlds: unknown }) => limit,
    );
    expect(answers[0].bounded).toEqual(limits);
  }
  expect(report.unread).toMatchObject([{ name: 'cut.dtb', code: 'RW014' }]);
  expect(first.out).not.toContain(boards);
  expect(first.code).toBe(check.code);

  const schema = JSON.parse(readFileSync('schema/sweep-1.schema.json', 'utf8'));
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);
  expect(validate(report), JSON.stringify(validate.errors)).toBe(true);

  // What a kill leaves: some results, one of them torn, a file that was never renamed.
  const kept = filesBelow(store);
  expect(kept.length).toBeGreaterThan(2);
  rmSync(path.join(store, kept[0]!));
  truncateSync(path.join(store, kept[1]!), 30);
  writeFileSync(path.join(store, `${kept[2]!}.1.0.new`), '{"format":');
  const second = await run(sweep, { pipeline });
  expect(second.out).toBe(first.out);
  expect(filesBelow(store)).toEqual(kept);
});

test('a folder without firmware, and what is none, get a code', async () => {
  const file = await scratchFile('x', '');
  const none = await run(['sweep', path.dirname(file)]);
  expect([none.code, none.err]).toEqual([2, expect.stringMatching(/^RW002: there is no firmware/)]);
  const wrong = await run(['sweep', file]);
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringMatching(/^RW002: .* is no folder/)]);
});

const report: SweepReport = {
  tool: { name: 'racewindow', version: '0', format: 'racewindow/sweep@1' },
  kernels: [{ name: '7.2', commits: [], userFixes: [] }],
  complete: true,
  boards: [
    {
      name: '=<b>"x",.dtb',
      answers: [
        {
          verdicts: [{ property: 'P1', outcome: 'holds', devices: ['a'] }],
          breaks: [],
          bounded: [],
          nothing: false,
        },
      ],
    },
  ],
  unread: [],
};

test('names cannot break out of the page or the table', () => {
  const page = sweepHtml(report);
  expect(page).not.toContain('<b>"');
  expect(page).toContain('=&lt;b&gt;&quot;x&quot;,.dtb');
  expect(page).toContain(`content="default-src 'none'"`);
  expect(page).not.toMatch(/<script|<style|style=|href=|src=/);
  expect(sweepCsv(report).split('\r\n')[1]).toBe(`"'=<b>""x"",.dtb",7.2,holds,,`);
});

test('nothing but a board that holds under each kernel is a pass', () => {
  expect(sweepExit(report)).toBe(0);
  const [board] = report.boards;
  const [answer] = board!.answers;
  const withAnswer = (a: typeof answer): SweepReport => ({
    ...report,
    boards: [board!, { name: 'other', answers: [a!] }],
  });
  expect(sweepExit(withAnswer({ ...answer!, nothing: true }))).toBe(3);
  expect(sweepExit(withAnswer(null))).toBe(3);
  const bounded = { limit: 'states-max', value: 1, flag: '--states-max' };
  expect(sweepExit(withAnswer({ ...answer!, bounded: [bounded] }))).toBe(3);
  const open = [{ property: 'P1', outcome: 'not reached', devices: ['a'] }] as const;
  expect(sweepExit(withAnswer({ ...answer!, verdicts: open, properties: ['P1'] }))).toBe(3);
  expect(sweepExit({ ...report, unread: [{ name: 'x', code: 'RW014', message: '' }] })).toBe(3);
  const broken = { window: null, property: 'P1', devices: ['a'] };
  expect(sweepExit(withAnswer({ ...answer!, breaks: [broken] }))).toBe(1);
  expect(sweepExit({ ...report, boards: [] })).toBe(3);
});

test('a store where nothing can be kept is refused before a world is explored', async () => {
  const { boards } = await folder(small);
  const stands = path.join(await scratch(), 'file');
  writeFileSync(stands, '');
  for (const store of [stands, path.join(stands, 'below'), '/proc/racewindow/store']) {
    let explored = 0;
    const real = realPipeline();
    const pipeline = {
      ...real,
      sweep: (question: Parameters<typeof real.sweep>[0]) =>
        real.sweep({ ...question, aside: { onProgress: ({ fresh }) => (explored += fresh) } }),
    };
    const ran = await run(['sweep', boards, ...asked, '--store', store], { pipeline });
    expect([store, ran.code, ran.err]).toEqual([store, 2, expect.stringMatching(/^RW065: /)]);
    expect(explored).toBe(0);
  }
});

test('with one job, too, a sweep hears a Ctrl-C while it explores', async () => {
  const { boards, store } = await folder(readFileSync(laptop));
  const cli = path.resolve('dist/cli/main.js');
  const argv = [cli, 'sweep', boards, '--kernel', '6.15.0', '--jobs', '1', '--store', store];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (part) => {
    out += part;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  // The folder is made just before the first world begins, which takes seconds.
  while (!existsSync(store) && child.exitCode === null) await sleep(5);
  child.kill('SIGINT');
  expect(await ended).toBe(3);
  expect(out).toContain('Stopped before it was done');
  expect(filesBelow(store)).toEqual([]);
});

test('a sweep that is killed over and over comes to the same report', async () => {
  const { boards, store } = await folder(small);
  const argv = ['sweep', boards, ...asked, '--kernel', '6.15.0', '--format', 'json'];
  const cli = path.resolve('dist/cli/main.js');
  const swept = (kept: string) => {
    const { status, stdout } = spawnSync(process.execPath, [cli, ...argv, '--store', kept]);
    return { status, text: stdout.toString() };
  };
  const whole = swept(store);
  expect(whole.text).toContain('again.dtb');
  const all = filesBelow(store).length;
  const torn = `${store}-torn`;
  const kept = (): number => (existsSync(torn) ? filesBelow(torn).length : 0);
  let kills = 0;
  let seed = 1;
  for (let nth = 0; nth < draws(2); nth++) {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    // Anywhere from before its first result on; what is random beyond that is how threads run.
    const enough = kept() + ((seed >>> 8) % Math.ceil(all / 12));
    const child = spawn(process.execPath, [cli, ...argv, '--store', torn], { stdio: 'ignore' });
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    while (kept() <= enough && child.exitCode === null) await sleep(1);
    if (child.kill('SIGKILL')) kills++;
    await ended;
  }
  expect(kills).toBeGreaterThan(0);
  expect(swept(torn)).toEqual(whole);
  expect(filesBelow(torn)).toHaveLength(all);
});

/** What is found below @folders: names, and places below @base. */
function below(base: string, ...folders: string[]): string[] {
  const found = boardsBelow(folders.map((f) => path.join(base, f)));
  if (!found.ok) throw new Error(found.error.message);
  return found.value.map(({ name, file }) => `${name} ${path.relative(base, file)}`);
}

test('a link to a board is one, unless it is there; folders are not followed', async () => {
  const base = await scratch();
  for (const dir of ['kept', 'links', 'both']) mkdirSync(path.join(base, dir));
  const blob = readFileSync(laptop);
  writeFileSync(path.join(base, 'kept', 'x.dtb'), blob);
  writeFileSync(path.join(base, 'both', 'z.dtb'), blob);
  symlinkSync('../kept/x.dtb', path.join(base, 'links', 'a.dtb'));
  symlinkSync('..', path.join(base, 'links', 'up'));
  symlinkSync('nowhere', path.join(base, 'links', 'none.dtb'));
  symlinkSync('z.dtb', path.join(base, 'both', 'a.dtb'));
  expect(below(base, 'links')).toEqual(['a.dtb links/a.dtb']);
  expect(below(base, 'both')).toEqual(['z.dtb both/z.dtb']);
});

test('boards of folders with one name are told apart, and each is taken once', async () => {
  const base = await scratch();
  for (const dir of ['a', 'b']) {
    mkdirSync(path.join(base, dir, 'dtb'), { recursive: true });
    writeFileSync(path.join(base, dir, 'dtb', 'x.dtb'), readFileSync(laptop));
  }
  expect(below(base, 'a/dtb', 'b/dtb', 'a/dtb', 'b')).toEqual([
    'a/dtb/x.dtb a/dtb/x.dtb',
    'b/dtb/x.dtb b/dtb/x.dtb',
  ]);
});

test.runIf(process.getuid?.() !== 0)(
  'what may not be read is a row, and is not left out',
  async () => {
    const base = await scratch();
    mkdirSync(path.join(base, 'closed'), { mode: 0 });
    writeFileSync(path.join(base, 'secret'), readFileSync(laptop), { mode: 0 });
    const found = boardsBelow([base]);
    expect(found).toMatchObject({ ok: true });
    const codes = found.ok ? found.value.map(({ name, error }) => [name, error?.code]) : [];
    expect(codes).toEqual([
      ['closed', 'RW001'],
      ['secret', 'RW001'],
    ]);
  },
);

const kernelB = { ...report.kernels[0]!, name: '7.3' };
const [holds] = report.boards[0]!.answers as [SweptAnswer];
const broken: SweptAnswer = {
  ...holds,
  breaks: [{ window: 'C09', property: 'P1', devices: ['a'] }],
};
const cut: SweptAnswer = {
  ...holds,
  bounded: [{ limit: 'states-max', value: 9, flag: '--states-max' }],
};

/** The text of a sweep over kernels, with boards that have these answers. */
function textOf(answers: readonly (SweptAnswer | null)[][], name = 'b'): string {
  const boards = answers.map((a, i) => ({ name: `${name}${i}`, answers: a }));
  const complete = !answers.flat().includes(null);
  const kernels = [report.kernels[0]!, kernelB].slice(0, answers[0]!.length);
  return sweepText({ ...report, kernels, boards, complete });
}

test('what a limit kept from being found is neither gone nor new', () => {
  expect(textOf([[broken, holds]])).toContain('from A to B  gone: C09/P1 on 1\n');
  const away = textOf([[broken, cut]]);
  expect(away).toContain('from A to B  not decided, as a limit was hit: C09/P1 on 1\n');
  expect(away).not.toContain('gone');
  const come = textOf([
    [cut, broken],
    [holds, broken],
  ]);
  expect(come).toContain('new: C09/P1 on 1; not decided, as a limit was hit: C09/P1 on 1\n');
  expect(textOf([[holds, holds]])).toContain('no board changes\n');
  expect(textOf([[holds, cut]])).toContain('no board changes as far as was explored\n');
});

test('a sweep that was stopped speaks for the boards that are done', () => {
  const text = textOf([[null], [broken], [broken]]);
  expect(text).toMatch(/3 boards, of which 2 done, and of these 2 with clients behind\s+an IOMMU/);
  expect(text).toContain('On each of them, under each kernel: C09/P1');
  expect(text).not.toContain('What tells boards apart');
  const none = textOf([[null], [null]]);
  expect(none).toContain('2 boards, of which 0 done, and of these 0 with clients');
  expect(none).not.toContain('Nothing tells boards apart');
});

test('boards that differ in their outcome alone are told with it', () => {
  const text = textOf([[holds], [holds], [cut]]);
  expect(text).not.toContain('Nothing tells boards apart');
  expect(text).toMatch(
    /2 boards such as b0\n {2}A: holds\n1 board such as b2\n {2}A: not decided\n/,
  );
});

test('a name cannot move the cursor of a terminal', () => {
  const text = textOf([[holds], [broken]], 'x\u001b[31m');
  expect(text).toContain('such as x\\x1b[31m0\n');
  expect(text).not.toContain('\u001b');
});
