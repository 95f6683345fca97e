// SPDX-License-Identifier: GPL-2.0-only
// Patches are applied exactly, to a private copy, and refused by name where they do not fit.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { SourceError } from '#realc/build/errors';
import { applyPatches } from '#realc/build/patch';
import { gitTool } from '#realc/build/patch-git';
import { parserTool } from '#realc/build/patch-parser';
import type { PatchTool } from '#realc/build/patch-tool';

const trees: string[] = [];
afterAll(() => trees.forEach((dir) => void rmSync(dir, { recursive: true })));

/** A folder with these files. */
function treeOf(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'racewindow-patched-'));
  trees.push(dir);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), content, 'latin1');
  }
  return dir;
}

const five = 'one\ntwo\nthree\nfour\nfive\n';
const tree = treeOf({ 'a.c': five, MAINTAINERS: '' });
const git = gitTool();
const tools: [string, PatchTool][] = [['jsdiff', parserTool]];
if (git) tools.push(['git', git]);
else console.log('NOT COVERED: git is not installed: encoded mails, renames and modes');

const diff = (body: string) => ({ name: 'fix.diff', text: `--- a/a.c\n+++ b/a.c\n${body}` });
const input = (text: string, name = 'fix.mbox') => ({ name, text });
const text = (b: Uint8Array | null | undefined) => Buffer.from(b!).toString('latin1');

/** The code, message and hint with which @f fails. */
function errorOf(f: () => unknown): string {
  try {
    f();
  } catch (e) {
    return (e as SourceError).format();
  }
  return 'no error';
}

const two = '@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n';

describe.each(tools)('patches by %s', (_, tool) => {
  const applied = (dir: string, ...inputs: { name: string; text: string }[]) =>
    applyPatches(dir, inputs, [], tool).overlay;

  it('apply at another line than the hunk says, and leave the tree alone', () => {
    const out = applied(tree, diff('@@ -3,3 +3,3 @@\n two\n-three\n+THREE\n four\n'));
    expect(text(out.get('a.c'))).toBe('one\ntwo\nTHREE\nfour\nfive\n');
    expect(readFileSync(join(tree, 'a.c'), 'utf8')).toBe(five);
  });

  it('are taken back with revert, the last first', () => {
    const undo = [diff('@@ -1,2 +1,3 @@\n one\n+two\n three\n')];
    const { overlay } = applyPatches(tree, [], undo, tool);
    expect(text(overlay.get('a.c'))).toBe('one\nthree\nfour\nfive\n');
    const both = `${diff('@@ -1,3 +1,3 @@\n one\n-zwei\n+2\n three\n').text}${
      diff('@@ -1,3 +1,3 @@\n one\n-2\n+two\n three\n').text
    }`;
    const undone = applyPatches(tree, [], [input(both, 'two.diff')], tool).overlay;
    expect(text(undone.get('a.c'))).toContain('zwei');
  });

  it('name the file that does not fit', () => {
    const p = diff('@@ -1,2 +1,2 @@\n one\n-zwei\n+deux\n');
    expect(errorOf(() => applied(tree, p))).toMatch(/^RW305: fix\.diff does not apply: a\.c, /);
    const fuzzy = diff('@@ -1,4 +1,4 @@\n zero\n-two\n+TWO\n three\n four\n');
    expect(errorOf(() => applied(tree, fuzzy))).toMatch(/^RW305/);
  });

  it('say that the tree has them already, or has them not', () => {
    const there = diff('@@ -1,3 +1,3 @@\n one\n-zwei\n+two\n three\n');
    expect(errorOf(() => applied(tree, there))).toMatch(/has it already\n.*--revert/);
    const absent = errorOf(() => applyPatches(tree, [], [diff(two)], tool));
    expect(absent).toMatch(/does not have it\n.*--revert/);
  });

  it('may come as mail, with a message before and a signature after', () => {
    const mail = `From: someone\nSubject: [PATCH] x\n\nText.\n---\n a.c | 2 +-\n\n`;
    for (const signature of ['-- \n2.39\n', '-- \n2.39\n\n', '--\n2.39.5\n']) {
      const out = applied(tree, input(`${mail}${diff(two).text}${signature}`));
      expect(text(out.get('a.c'))).toContain('TWO');
    }
  });

  it('may end in a line that looks like the start of a signature', () => {
    const dashed = treeOf({ 'a.c': 'one\n-\ntwo\n' });
    const out = applied(dashed, diff('@@ -1,3 +1,2 @@\n one\n--\n two\n'));
    expect(text(out.get('a.c'))).toBe('one\ntwo\n');
  });

  it('create and delete files, and apply one after the other', () => {
    const create = '--- /dev/null\n+++ b/new/b.c\n@@ -0,0 +1,2 @@\n+x\n+y\n';
    const change = '--- a/new/b.c\n+++ b/new/b.c\n@@ -1,2 +1,2 @@\n x\n-y\n+z\n';
    const gone = `--- a/a.c\n+++ /dev/null\n@@ -1,5 +0,0 @@\n${five.replace(/^(?=.)/gm, '-')}`;
    const out = applied(tree, input(create), input(change), input(gone));
    expect(text(out.get('new/b.c'))).toBe('x\nz\n');
    expect(out.get('a.c')).toBe(null);
    expect(errorOf(() => applied(treeOf({ 'new/b.c': 'q\n' }), input(create)))).toMatch(/^RW305/);
  });

  it('with lines that end as on Windows are those that were sent', () => {
    const out = applied(tree, input(diff(two).text.replaceAll('\n', '\r\n')));
    expect(text(out.get('a.c'))).toBe(five.replace('two', 'TWO'));
  });

  it('keep bytes that are no UTF-8', () => {
    const dir = treeOf({ 'a.c': 'caf\u00e9\n', MAINTAINERS: '' });
    const out = applied(dir, diff('@@ -1 +1 @@\n-caf\u00e9\n+th\u00e9\n'));
    expect([...out.get('a.c')!]).toEqual([...Buffer.from('th\u00e9\n', 'latin1')]);
  });

  it('that were cut, hold no diff or leave the tree are refused', () => {
    expect(errorOf(() => applied(tree, diff('@@ -1,4 +1,4 @@\n one\n')))).toMatch(/^RW306/);
    expect(errorOf(() => applied(tree, input('hello\n')))).toMatch(/^RW306: .* contains no diff/);
    expect(errorOf(() => applied(tree, input('From: a\n\nhello\n')))).toMatch(/no diff/);
    const out = '--- a/../x\n+++ b/../x\n@@ -0,0 +1 @@\n+x\n';
    expect(errorOf(() => applied(tree, input(out)))).toMatch(/^RW306/);
    const quoted = diff(two).text.replaceAll(/^/gm, '> ');
    expect(errorOf(() => applied(tree, input(`From: a\n\n${quoted}`)))).toMatch(/no diff/);
  });

  it('of more than a part of the kernel are judged without the rest, which is told', () => {
    const part = treeOf({ 'drivers/iommu/a.c': five, 'mm/x.h': '' });
    const here = diff(two).text.replaceAll('a.c', 'drivers/iommu/a.c');
    const away = ['Documentation/a.rst', 'arch/arm/a.c', 'mm/slab.c', 'MAINTAINERS'].map((name) =>
      diff(two).text.replaceAll('a.c', name),
    );
    const { overlay, leftOut } = applyPatches(part, [input(here + away.join(''))], [], tool);
    expect(leftOut).toEqual(['Documentation/a.rst', 'MAINTAINERS', 'arch/arm/a.c', 'mm/slab.c']);
    expect([...overlay.keys()]).toEqual(['drivers/iommu/a.c']);
    // Its neighbours are there: it is for another kernel.
    const near = here + diff(two).text.replaceAll('a.c', 'drivers/iommu/b.c');
    expect(errorOf(() => applied(part, input(near)))).toMatch(/RW305: .* no drivers\/iommu\/b\.c/);
    expect(errorOf(() => applied(part, input(away[0]!)))).toMatch(/RW305: .* none of its files/);
    // A whole tree has no such excuse.
    const whole = treeOf({ 'drivers/iommu/a.c': five, MAINTAINERS: '' });
    expect(errorOf(() => applied(whole, input(here + away[1])))).toMatch(/no arch\/arm\/a\.c/);
  });

  it('made by another program come to the same file', () => {
    const line = fc.constantFrom(
      '{',
      '}',
      '',
      'int x;',
      '-- ',
      '--- a/a.c',
      '+',
      ' ',
      '@@',
      'From x',
    );
    const file = fc.array(line, { minLength: 1, maxLength: 12 }).map((l) => `${l.join('\n')}\n`);
    const property = fc.property(file, file, fc.boolean(), (before, after, byGit) => {
      fc.pre(before !== after);
      const dir = treeOf({ 'a.c': before, MAINTAINERS: '' });
      const made = byGit && git ? gitDiff(before, after) : jsDiff(before, after);
      const { overlay } = applyPatches(dir, [input(made, 'x.diff')], [], tool);
      expect(text(overlay.get('a.c'))).toBe(after);
    });
    fc.assert(property, { numRuns: 25 });
  });
});

function jsDiff(before: string, after: string): string {
  return createTwoFilesPatch('a/a.c', 'b/a.c', before, after);
}

function gitDiff(before: string, after: string): string {
  const dir = treeOf({ 'a/a.c': before, 'b/a.c': after });
  const args = ['diff', '--no-index', '--no-prefix', 'a/a.c', 'b/a.c'];
  return spawnSync('git', args, { cwd: dir, encoding: 'latin1' }).stdout;
}

/** A mail as programs send it, with its body in an encoding. */
function mail(
  subject: string,
  body: string,
  encoding: 'base64' | 'quoted-printable' | '8bit',
  end = '\n',
) {
  const head = `From sender@example Mon Sep 17 00:00:00 2001
From: A <a@example>\nSubject: ${subject}
MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: ${encoding}\n`;
  const whole = `Why.\n---\n a.c | 2 +-\n\n${body}-- \n2.39\n`;
  const bytes = Buffer.from(whole.replaceAll('\n', end));
  const quoted = bytes.toString().replaceAll('=', '=3D').replaceAll('-- \n', '--=20\n');
  const coded = {
    base64: bytes.toString('base64').replace(/.{76}/g, '$&\n'),
    'quoted-printable': quoted,
    '8bit': bytes.toString(),
  };
  return `${head}\n${coded[encoding]}\n`;
}

describe.skipIf(!git)('git', () => {
  const apply = (dir: string, p: string) => applyPatches(dir, [input(p)], [], git!).overlay;
  const assign =
    '--- a/a.c\n+++ b/a.c\n@@ -1,3 +1,3 @@\n-int a = 1;\n+int a = 2;\n int b;\n int c;\n';
  const dir = treeOf({ 'a.c': 'int a = 1;\nint b;\nint c;\n', 'x.c': 'int x;\n', MAINTAINERS: '' });

  it.each(['base64', 'quoted-printable', '8bit'] as const)('decodes mails in %s', (encoding) => {
    const out = apply(dir, mail('[PATCH] x', assign, encoding));
    expect(text(out.get('a.c'))).toBe('int a = 2;\nint b;\nint c;\n');
  });

  it('decodes a single mail without the line of a mailbox, and lines of Windows in it', () => {
    const sent = mail('[PATCH] x', assign, 'base64', '\r\n');
    const out = apply(dir, sent.slice(sent.indexOf('\n') + 1));
    expect(text(out.get('a.c'))).toBe('int a = 2;\nint b;\nint c;\n');
  });

  it('applies the mails of a mailbox one after the other, and names the one that fails', () => {
    const next = assign.replace('a = 2', 'a = 3').replace('a = 1', 'a = 2');
    const cover = mail('[PATCH 0/2] both', '', '8bit');
    const first = mail('[PATCH 1/2] one', assign, 'quoted-printable');
    const second = mail('[PATCH 2/2] two', next, 'base64');
    const out = apply(dir, cover + first + second);
    expect(text(out.get('a.c'))).toBe('int a = 3;\nint b;\nint c;\n');
    const failed = errorOf(() => apply(dir, cover + second + first));
    expect(failed).toMatch(/RW305: fix\.mbox, mail 2 \("\[PATCH 2\/2\] two"\) does not apply/);
  });

  it('renames, copies and changes modes', () => {
    const rename = (verb: string, to: string) =>
      `diff --git a/x.c b/${to}\nsimilarity index 100%\n${verb} from x.c\n${verb} to ${to}\n`;
    const create = 'diff --git a/z.c b/z.c\nnew file mode 100644\n--- /dev/null\n+++ b/z.c\n';
    const out = apply(dir, `${rename('rename', 'y.c')}${create}@@ -0,0 +1 @@\n+int z;\n`);
    expect(text(out.get('y.c'))).toBe('int x;\n');
    expect(text(out.get('z.c'))).toBe('int z;\n');
    expect(out.get('x.c')).toBe(null);
    const copied = apply(dir, rename('copy', 'y.c'));
    expect([...copied.keys()]).toEqual(['y.c']);
    const mode = 'diff --git a/x.c b/x.c\nold mode 100644\nnew mode 100755\n';
    expect(apply(dir, mode).size).toBe(0);
    const back = applyPatches(treeOf({ 'y.c': 'q\n' }), [], [input(rename('rename', 'y.c'))], git!);
    expect([...back.overlay]).toEqual([
      ['y.c', null],
      ['x.c', Buffer.from('q\n')],
    ]);
  });

  it('takes names without a/ and b/, and refuses what is binary', () => {
    const bare = assign.replaceAll(/ [ab]\/a\.c/g, ' sub/a.c');
    const sub = treeOf({ 'sub/a.c': 'int a = 1;\nint b;\nint c;\n' });
    expect(text(apply(sub, bare).get('sub/a.c'))).toContain('a = 2');
    const add = '--- /dev/null\n+++ b/x.c\n@@ -0,0 +1 @@\n+int z;\n';
    expect(errorOf(() => apply(dir, add))).toMatch(/^RW305: .* already exists/);
    const binary =
      'diff --git a/x.c b/x.c\nindex 1..2 100644\nBinary files a/x.c and b/x.c differ\n';
    expect(errorOf(() => apply(dir, binary))).toMatch(/^RW30[56]/);
  });

  it('takes no notice of the settings of the user', () => {
    const home = treeOf({
      '.gitconfig': '[apply]\n\twhitespace = fix\n[core]\n\tnoprefix = true\n',
    });
    const before = process.env['HOME'];
    process.env['HOME'] = home;
    try {
      const out = apply(dir, assign.replace('a = 2;', 'a = 2; '));
      expect(text(out.get('a.c'))).toContain('a = 2; \n');
    } finally {
      process.env['HOME'] = before;
    }
  });
});

describe('without git', () => {
  const apply = (p: string) => applyPatches(tree, [input(p)], [], parserTool);

  it('what only git can do is refused, with git as the hint', () => {
    const rename =
      'diff --git a/a.c b/y.c\nsimilarity index 100%\nrename from a.c\nrename to y.c\n';
    expect(errorOf(() => apply(rename))).toMatch(/^RW306: .*only git can rename/);
    expect(
      errorOf(() => apply('diff --git a/a.c b/a.c\nold mode 100644\nnew mode 100755\n')),
    ).toMatch(/^RW306: .*only git can/);
    const two = mail('x', diff('@@ -1 +1 @@\n-one\n+1\n').text, '8bit').repeat(2);
    expect(errorOf(() => apply(two))).toMatch(/^RW306: .* several mails\n {2}hint: install git/);
    for (const encoding of ['base64', 'quoted-printable'] as const) {
      expect(errorOf(() => apply(mail('x', diff(two).text, encoding)))).toMatch(
        /^RW306: .* encoded mail\n {2}hint: install git/,
      );
    }
  });
});
