// SPDX-License-Identifier: GPL-2.0-only
// sweep: what check says, board by board; nothing done twice; what cannot be read is a row.

import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { realPipeline } from '#cli/wiring';
import type { SweepReport } from '#finding/sweep';
import { sweepCsv, sweepExit } from '#report/sweep';
import { sweepHtml } from '#report/sweep-html';
import { run, scratchFile } from './fake.ts';

const laptop = 'examples/boards/laptop.dtb';
const asked = ['--window', 'C09', '--kernel', '7.2', '--states-max', '40', '--jobs', '1'];

async function folder(): Promise<{ boards: string; store: string }> {
  const base = path.dirname(await scratchFile('unused', ''));
  const boards = path.join(base, 'boards');
  mkdirSync(path.join(boards, 'sub'), { recursive: true });
  const blob = readFileSync(laptop);
  writeFileSync(path.join(boards, 'sub', 'laptop.dtb'), blob);
  writeFileSync(path.join(boards, 'again.dtb'), blob);
  writeFileSync(path.join(boards, 'cut.dtb'), blob.subarray(0, 500));
  return { boards, store: path.join(base, 'store') };
}

function filesBelow(dir: string): string[] {
  const names = readdirSync(dir, { recursive: true }) as string[];
  return names.filter((name) => name.endsWith('.json')).sort();
}

test('a sweep says what a check says, keeps it, and does what is lost again', async () => {
  const { boards, store } = await folder();
  const pipeline = realPipeline();
  const sweep = ['sweep', boards, ...asked, '--store', store, '--format', 'json'];
  const first = await run(sweep, { pipeline });
  const report = JSON.parse(first.out);
  const check = await run(['check', laptop, ...asked, '--format', 'json'], { pipeline });
  const alone = JSON.parse(check.out);
  expect(report.boards.map((b: { name: string }) => b.name)).toEqual([
    'again.dtb',
    'sub/laptop.dtb',
  ]);
  for (const { answers } of report.boards) {
    const plain = ({ property, outcome, devices }: Record<string, unknown>) => {
      return { property, outcome, devices };
    };
    expect(answers[0].verdicts).toEqual(alone.verdicts.map(plain));
    const windows = alone.windows.map(({ window, outcome, devices }: Record<string, unknown>) => {
      return { window, outcome, devices };
    });
    expect(answers[0].windows).toEqual(windows);
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
