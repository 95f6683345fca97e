// SPDX-License-Identifier: GPL-2.0-only
// Applies unified diffs to a private copy: exact context, any line offset, no fuzz.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SourceError } from './errors.ts';

/** A patch or mbox: its name for messages, and its text. */
export interface PatchInput {
  readonly name: string;
  readonly text: string;
}

/** A line of a hunk: ' ' context, '-' old, '+' new. */
interface HunkLine {
  readonly kind: ' ' | '-' | '+';
  readonly text: string;
}

interface Hunk {
  readonly header: string;
  readonly oldStart: number;
  readonly lines: readonly HunkLine[];
}

/** What a patch does to one file; null names stand for /dev/null. */
interface FilePatch {
  readonly from: string | null;
  readonly to: string | null;
  readonly hunks: readonly Hunk[];
}

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

function pathOf(line: string): string | null {
  const name = line.slice(4).split('\t')[0]!.trim();
  if (name === '/dev/null') return null;
  return name.replace(/^[ab]\//, '');
}

/** Parse all diffs of a text; mail headers and commit messages around them are skipped. */
export function parsePatch(input: PatchInput): FilePatch[] {
  const lines = input.text.replaceAll('\r\n', '\n').split('\n');
  const files: FilePatch[] = [];
  let i = 0;
  while (i < lines.length) {
    if (!lines[i]!.startsWith('--- ') || !lines[i + 1]?.startsWith('+++ ')) {
      i++;
      continue;
    }
    const from = pathOf(lines[i]!);
    const to = pathOf(lines[i + 1]!);
    const hunks: Hunk[] = [];
    i += 2;
    for (let m = HUNK.exec(lines[i] ?? ''); m; m = HUNK.exec(lines[i] ?? '')) {
      const header = lines[i]!;
      i++;
      const body: HunkLine[] = [];
      let olds = Number(m[2] ?? 1);
      let news = Number(m[4] ?? 1);
      while (olds > 0 || news > 0) {
        const line = lines[i];
        const kind = line === '' ? ' ' : line?.[0];
        if (line === undefined || (kind !== ' ' && kind !== '-' && kind !== '+' && kind !== '\\')) {
          throw new SourceError(
            'RW306',
            `${input.name}: the hunk ${header} is cut short`,
            'mail programs break long lines; save the patch as it was sent',
          );
        }
        i++;
        if (kind === '\\') continue;
        if (kind !== '+') olds--;
        if (kind !== '-') news--;
        body.push({ kind, text: line.slice(1) });
      }
      hunks.push({ header, oldStart: Number(m[1]), lines: body });
    }
    files.push({ from, to, hunks });
  }
  if (files.length === 0) {
    throw new SourceError('RW306', `${input.name} contains no diff`, 'give a .diff or .mbox file');
  }
  return files;
}

const swap: Readonly<Record<HunkLine['kind'], HunkLine['kind']>> = { ' ': ' ', '-': '+', '+': '-' };

function reversed(p: FilePatch): FilePatch {
  const hunks = p.hunks.map((h) => ({
    ...h,
    oldStart: Number(HUNK.exec(h.header)![3]),
    lines: h.lines.map((l) => ({ kind: swap[l.kind], text: l.text })),
  }));
  return { from: p.to, to: p.from, hunks };
}

/** Where the hunk's old lines stand in @lines, nearest to @expected; -1 if nowhere. */
function locate(lines: readonly string[], old: readonly string[], expected: number): number {
  const fits = (at: number): boolean =>
    at >= 0 && at + old.length <= lines.length && old.every((text, k) => lines[at + k] === text);
  for (let distance = 0; distance <= lines.length; distance++) {
    if (fits(expected - distance)) return expected - distance;
    if (fits(expected + distance)) return expected + distance;
  }
  return -1;
}

function applyHunks(name: string, file: string, text: string, p: FilePatch): string {
  const lines = text.split('\n');
  let offset = 0;
  for (const hunk of p.hunks) {
    const old = hunk.lines.filter((l) => l.kind !== '+').map((l) => l.text);
    const fresh = hunk.lines.filter((l) => l.kind !== '-').map((l) => l.text);
    const expected = Math.max(hunk.oldStart - 1, 0) + offset;
    const at = locate(lines, old, expected);
    if (at < 0) {
      throw new SourceError(
        'RW305',
        `${name} does not apply: ${file}, hunk ${hunk.header}`,
        'the tree is not the one the patch was made for, or has it already (then use --revert)',
      );
    }
    lines.splice(at, old.length, ...fresh);
    offset = at - (hunk.oldStart - 1) + fresh.length - old.length;
  }
  return lines.join('\n');
}

/**
 * Apply patches to a tree without touching it.
 * The result maps paths to their new content, null where a patch deletes the file.
 */
export function applyPatches(
  tree: string,
  patches: readonly PatchInput[],
  reverts: readonly PatchInput[],
): Map<string, Uint8Array | null> {
  const overlay = new Map<string, Uint8Array | null>();
  const read = (path: string, name: string): string => {
    const known = overlay.get(path);
    if (known) return Buffer.from(known).toString('latin1');
    try {
      return readFileSync(join(tree, path), 'latin1');
    } catch {
      throw new SourceError(
        'RW305',
        `${name} does not apply: the tree has no ${path}`,
        'check that the patch is for this kernel',
      );
    }
  };
  const apply = (p: FilePatch, name: string): void => {
    const path = p.to ?? p.from;
    if (!path) return;
    if (path.split('/').includes('..')) {
      throw new SourceError('RW306', `${name} leaves the tree: ${path}`, 'check the patch');
    }
    const before = p.from ? read(p.from, name) : '';
    const after = applyHunks(name, path, before, p);
    if (p.from && p.from !== p.to) overlay.set(p.from, null);
    if (p.to) overlay.set(p.to, Buffer.from(after, 'latin1'));
  };
  for (const r of reverts) {
    for (const p of parsePatch(r).reverse()) apply(reversed(p), r.name);
  }
  for (const input of patches) for (const p of parsePatch(input)) apply(p, input.name);
  return overlay;
}
