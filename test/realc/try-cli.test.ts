// SPDX-License-Identifier: GPL-2.0-only
// `try --tree` as it is typed: a mail of a series in, findings and mails out, which replay.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from '#cli/run';
import { realPipeline } from '#cli/wiring';
import { scratch } from '../cli/fake.ts';
import { every } from '../support/sweep.ts';
import { edit, treeOrSkip } from './helpers.ts';

const tree = treeOrSkip('7.2', 'try --tree as it is typed');

async function typed(...argv: string[]): Promise<{ code: number; text: string }> {
  let text = '';
  const add = (more: string | Uint8Array): void => {
    text += String(more);
  };
  const io = {
    ...{ out: add, err: add, outIsTerminal: false, errIsTerminal: false, env: {} },
    now: () => 0,
  };
  const code = await runCli(argv, io, async () => realPipeline());
  return { code, text };
}

describe.skipIf(!tree)('try --tree', () => {
  const marker = '!dev->iommu && !READ_ONCE(iommu->ready)';
  const world = ['--world', 'two-drivers'];

  /** A mail with a patch that opens C09, and that touches a file which no tree here holds. */
  function mail(folder: string): string {
    const { text } = edit(tree!, 'drivers/iommu/iommu.c', marker, [], 2);
    const file = path.join(folder, 'series.mbox');
    const other = 'tools/power/none.txt';
    const more = `--- a/${other}\n+++ b/${other}\n@@ -1,2 +1,3 @@\n one\n+new\n two\n`;
    const head =
      'From: A B <a@b.cd>\nSubject: [PATCH 1/1] iommu: Look at nothing\n\nBody.\n---\n\n';
    writeFileSync(file, `From 0 Mon Sep 17 00:00:00 2001\n${head}${text}\n${more}-- \n2.40\n`);
    return file;
  }

  it('writes what is left and opened, and the line of each mail replays it', async () => {
    const folder = await scratch();
    const out = path.join(folder, 'out');
    const asked = ['try', '--tree', tree!, mail(folder), ...world, '--out', out];
    const { code, text } = await typed(...asked, '--format', 'mail');
    expect(code).toBe(1);
    expect(text).toContain('opens\n  C09  P1');
    expect(text).toContain('without 1 file that this tree does not hold: tools/power/none.txt');
    const mails = readdirSync(out).filter((name) => name.endsWith('.mail'));
    expect(mails.length).toBeGreaterThan(2);
    for (const name of every(4, mails)) {
      const written = readFileSync(path.join(out, name), 'utf8');
      expect(text).toContain(written);
      const [, file] = /^ {2}racewindow replay (\S+) --tree TREE$/m.exec(written) ?? [];
      const again = await typed('replay', path.join(out, file!), '--tree', tree!, '--brief');
      expect([name, again.code, again.text]).toEqual([
        name,
        0,
        expect.stringContaining('replayed: same witness'),
      ]);
    }
  });

  it('tells of the window that is asked about, and whatever is opened', async () => {
    const folder = await scratch();
    const asked = ['try', '--tree', tree!, mail(folder), ...world, '--window', 'c10'];
    const { code, text } = await typed(...asked, '--device', 'b0000000.eth');
    expect(code).toBe(1);
    expect(text).toContain('asked about C10 alone');
    expect(text).toContain('opens\n  C09  P1');
    expect(text).toContain('leaves\n  C10  P1');
    expect(text).not.toContain('C14');
    const nobody = await typed(...asked, '--device', 'nobody');
    expect([nobody.code, nobody.text]).toEqual([2, expect.stringContaining('RW061')]);
  });

  it('takes a patch back first where it is there, and says so where it is not', async () => {
    const folder = await scratch();
    const file = mail(folder);
    const { code, text } = await typed('try', '--tree', tree!, file, '--revert', file);
    expect([code, text]).toEqual([2, expect.stringMatching(/RW305: series.mbox does not apply/)]);
    const input = readFileSync(file, 'utf8').replaceAll('READ_ONCE', 'NOTHING');
    const args = ['dist/cli/main.js', 'try', '--tree', tree!, '-'];
    const piped = spawnSync(process.execPath, args, { input, encoding: 'utf8' });
    expect(piped.stderr).toContain('RW305: standard input does not apply');
    const none = await typed('try', '--tree', tree!);
    expect([none.code, none.text]).toEqual([2, expect.stringContaining('RW060')]);
    for (const more of [
      ['--revert', file],
      ['--out', folder],
      ['--format', 'mail'],
    ]) {
      const { code: misuse, text: said } = await typed('try', '72b6f7cd89ce', ...more);
      expect([misuse, said]).toEqual([2, expect.stringContaining('RW066')]);
    }
  });
});
