// SPDX-License-Identifier: GPL-2.0-only
// Patches by the parser of jsdiff, where there is no git: plain diffs and plain mails.
//
// What it cannot do is refused, with git as the way out: mails that are encoded, renames, copies,
// changes of mode, binary files.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { applyPatch, parsePatch, reversePatch, type StructuredPatch } from 'diff';
import { SourceError } from './errors.ts';
import { mailHead } from './mail.ts';
import {
  type Application,
  type Diff,
  type DiffNames,
  hasDiff,
  noDiff,
  type PatchInput,
  type PatchTool,
  type Refusal,
  unixLines,
} from './patch-tool.ts';

/** Reads and applies without git. */
export const parserTool: PatchTool = { split, names, apply };

function split({ name, text: given }: PatchInput): Diff[] {
  const text = unixLines(given);
  if (mailHead(text)?.isEncoded) {
    throw new SourceError('RW306', `${name} is an encoded mail`, 'install git, which decodes it');
  }
  if (text.match(/^From \S+ .*\d{4}$/gm)?.[1] !== undefined) {
    throw new SourceError('RW306', `${name} holds several mails`, 'install git, which splits them');
  }
  if (!hasDiff(text)) throw noDiff(name);
  // What git signs a mail with would be one more line of the last hunk; its blank may be lost.
  return [{ label: name, text: text.replace(/\n--(?: \n|\n(?=\d))[^\n]*\n*$/, '\n') }];
}

/** The patches of files in a diff, or why there are none. */
function parsed(text: string): readonly StructuredPatch[] | string {
  try {
    const files = parsePatch(text).filter((p) => p.hunks.length > 0 || p.isGit === true);
    const other = files.find((p) => p.isRename || p.isCopy || p.isBinary || isModeOnly(p));
    return other ? `only git can rename, copy or change modes: ${nameOf(other)}` : files;
  } catch (error) {
    return error instanceof Error ? error.message.split('\n')[0]! : String(error);
  }
}

function isModeOnly(p: StructuredPatch): boolean {
  return p.hunks.length === 0 && p.oldMode !== undefined && p.newMode !== undefined;
}

/** The name without a/ or b/; null for /dev/null. */
function stripped(name: string | undefined): string | null {
  return name === undefined || name === '/dev/null' ? null : name.replace(/^[ab]\//, '');
}

function nameOf(p: StructuredPatch): string {
  return stripped(p.newFileName) ?? stripped(p.oldFileName) ?? '?';
}

function names({ text }: Diff): DiffNames {
  const files = parsed(text);
  const touched = typeof files === 'string' ? [] : files.map(nameOf);
  return { touched, all: touched };
}

function apply({ diff, dir, reverse, without }: Application): Refusal | null {
  const files = parsed(diff.text);
  if (typeof files === 'string') return { kind: 'unreadable', why: files };
  const wanted = (reverse ? [...files].reverse().map((p) => reversePatch(p)) : files).filter(
    (p) => !without.includes(nameOf(p)),
  );
  const after = new Map<string, string | null>();
  const missing: string[] = [];
  for (const p of wanted) {
    const name = nameOf(p);
    const path = join(dir, name);
    const creates = isNone(p.oldFileName) || p.isCreate === true;
    const before =
      after.get(name) ?? (existsSync(path) ? readFileSync(path, 'latin1') : creates ? '' : null);
    if (before === null) {
      missing.push(name);
      continue;
    }
    if (creates && before !== '') return { kind: 'misfit', why: `${name}: already exists` };
    const made = applyPatch(before, p, { fuzzFactor: 0, autoConvertLineEndings: false });
    if (made === false) return { kind: 'misfit', why: `${name}, one of its hunks` };
    after.set(name, isNone(p.newFileName) ? null : made);
  }
  if (missing.length > 0) return { kind: 'missing', paths: missing };
  for (const [name, text] of after) write(join(dir, name), text);
  return null;
}

const isNone = (name: string | undefined): boolean => name === '/dev/null';

function write(path: string, text: string | null): void {
  mkdirSync(dirname(path), { recursive: true });
  if (text === null) rmSync(path);
  else writeFileSync(path, text, 'latin1');
}
