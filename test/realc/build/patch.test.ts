// SPDX-License-Identifier: GPL-2.0-only
// Patches are applied exactly, to a private copy, and refused by name where they do not fit.

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SourceError } from '#realc/build/errors';
import { applyPatches, parsePatch } from '#realc/build/patch';

const tree = mkdtempSync(join(tmpdir(), 'racewindow-patch-'));
writeFileSync(join(tree, 'a.c'), 'one\ntwo\nthree\nfour\nfive\n');

const diff = (body: string) => ({ name: 'fix.diff', text: `--- a/a.c\n+++ b/a.c\n${body}` });
const text = (b: Uint8Array | null | undefined) => Buffer.from(b!).toString();
const codeOf = (f: () => unknown): string => {
  try {
    f();
  } catch (e) {
    return (e as SourceError).code;
  }
  return 'no error';
};

describe('patches', () => {
  it('apply at another line than the hunk says, and leave the tree alone', () => {
    const p = diff('@@ -3,3 +3,3 @@\n two\n-three\n+THREE\n four\n');
    const out = applyPatches(tree, [p], []);
    expect(text(out.get('a.c'))).toBe('one\ntwo\nTHREE\nfour\nfive\n');
    expect(readFileSync(join(tree, 'a.c'), 'utf8')).toContain('three');
  });

  it('are taken back with revert', () => {
    const p = diff('@@ -2,3 +2,2 @@\n two\n-zwei\n-three\n+three\n');
    expect(() => applyPatches(tree, [p], [])).toThrow(SourceError);
    const undone = applyPatches(tree, [], [diff('@@ -1,2 +1,3 @@\n one\n+two\n three\n')]);
    expect(text(undone.get('a.c'))).toBe('one\nthree\nfour\nfive\n');
  });

  it('name the file and the hunk that does not fit', () => {
    const p = diff('@@ -1,2 +1,2 @@\n one\n-zwei\n+deux\n');
    expect(() => applyPatches(tree, [p], [])).toThrow(
      /fix\.diff does not apply: a\.c, hunk @@ -1,2/,
    );
    expect(codeOf(() => applyPatches(tree, [p], []))).toBe('RW305');
  });

  it('may come as mail, with a message before and a signature after', () => {
    const mail = `From: someone\nSubject: [PATCH] x\n\nText.\n---\n a.c | 2 +-\n\n`;
    const body = '--- a/a.c\n+++ b/a.c\n@@ -1,2 +1,2 @@\n one\n-two\n+TWO\n-- \n2.39\n';
    const out = applyPatches(tree, [{ name: 'm.mbox', text: mail + body }], []);
    expect(text(out.get('a.c'))).toContain('TWO');
  });

  it('that were cut, hold no diff or leave the tree are refused', () => {
    expect(codeOf(() => parsePatch(diff('@@ -1,4 +1,4 @@\n one\n')))).toBe('RW306');
    expect(codeOf(() => parsePatch({ name: 'x', text: 'hello\n' }))).toBe('RW306');
    const out = '--- a/../x\n+++ b/../x\n@@ -0,0 +1 @@\n+x\n';
    expect(codeOf(() => applyPatches(tree, [{ name: 'x', text: out }], []))).toBe('RW306');
  });
});
