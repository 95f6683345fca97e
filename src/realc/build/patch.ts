// SPDX-License-Identifier: GPL-2.0-only
// Applies patches to a private copy of what they touch: with git where it is, else with jsdiff.
//
// Only what a patch names is copied, a few files of a tree of thousands. What a file contains is
// split into diffs first, one for each mail, which are applied in their order. Context must fit
// exactly, at any line. Trees from scripts/fetch-linux hold a part of the kernel: a series may
// touch documentation or another architecture too, and is judged without those files, which is
// said. A file that is missing where its neighbours are is a patch for another kernel.

import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { SourceError } from './errors.ts';
import { gitTool } from './patch-git.ts';
import { parserTool } from './patch-parser.ts';
import type { Diff, PatchInput, PatchTool } from './patch-tool.ts';

export type { PatchInput } from './patch-tool.ts';

/** What patches make of a tree. */
export interface Patched {
  /** Path -> new content, null where the file is gone; only what differs from the tree. */
  readonly overlay: ReadonlyMap<string, Uint8Array | null>;
  /** Files of the patches that the tree does not hold, being a part of the kernel's. */
  readonly leftOut: readonly string[];
}

/** git, or the parser of jsdiff where there is no git. */
function patchTool(): PatchTool {
  return gitTool() ?? parserTool;
}

/** Take @reverts back, then apply @patches, to a copy: the tree stays as it is. */
export function applyPatches(
  tree: string,
  patches: readonly PatchInput[],
  reverts: readonly PatchInput[],
  tool: PatchTool = patchTool(),
): Patched {
  if (patches.length + reverts.length === 0) return { overlay: new Map(), leftOut: [] };
  const dir = mkdtempSync(join(tmpdir(), 'racewindow-patch-'));
  try {
    const copy = new Copy(tree, dir, tool);
    for (const input of reverts) copy.applyAll(input, true);
    for (const input of patches) copy.applyAll(input, false);
    return { overlay: copy.overlay(), leftOut: [...copy.leftOut].sort() };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The files of a tree that patches touch, in a folder of their own. */
class Copy {
  /** Names that were looked for in the tree. */
  private readonly known = new Set<string>();
  /** Something of the file that is being applied. */
  private applied = false;
  readonly leftOut = new Set<string>();
  private readonly tree: string;
  private readonly dir: string;
  private readonly tool: PatchTool;

  constructor(tree: string, dir: string, tool: PatchTool) {
    this.tree = tree;
    this.dir = dir;
    this.tool = tool;
  }

  /** Apply all that is in a file, or take it back, the last first. */
  applyAll(input: PatchInput, reverse: boolean): void {
    this.applied = false;
    const diffs = this.tool.split(input);
    for (const diff of reverse ? [...diffs].reverse() : diffs) this.apply(diff, reverse);
    if (this.applied) return;
    const why = `the tree has none of its files, such as ${[...this.leftOut][0]}`;
    throw misfit({ label: input.name, text: '' }, why, CHECK_KERNEL);
  }

  private apply(diff: Diff, reverse: boolean): void {
    const { touched, all } = this.tool.names(diff);
    for (const name of all) this.bring(name, diff);
    const how = { diff, dir: this.dir, reverse };
    let refusal = this.tool.apply({ ...how, without: [] });
    if (refusal?.kind === 'missing') {
      const { paths } = refusal;
      const here = paths.find((path) => !isOutside(this.tree, path));
      if (here !== undefined) throw misfit(diff, `the tree has no ${here}`, CHECK_KERNEL);
      for (const path of paths) this.leftOut.add(path);
      if (touched.every((name) => paths.includes(name))) return;
      refusal = this.tool.apply({ ...how, without: paths });
    }
    if (refusal === null) {
      this.applied = true;
      return;
    }
    if (refusal.kind === 'unreadable') {
      throw new SourceError('RW306', `${diff.label}: ${refusal.why}`, SAVE_AS_SENT);
    }
    const why = refusal.kind === 'misfit' ? refusal.why : `the tree has no ${refusal.paths[0]}`;
    // Tried last, for it changes the copy.
    const already = this.tool.apply({ ...how, reverse: !reverse, without: [] }) === null;
    if (!already) throw misfit(diff, why, CHECK_KERNEL);
    throw reverse
      ? misfit(diff, 'the tree does not have it', 'leave out --revert')
      : misfit(diff, 'the tree has it already', '--revert FILE takes it back first');
  }

  /** Copy a file of the tree, unless a patch has had it before. */
  private bring(name: string, diff: Diff): void {
    if (name.startsWith('/') || name.split('/').includes('..')) {
      throw new SourceError('RW306', `${diff.label} leaves the tree: ${name}`, 'check the patch');
    }
    if (this.known.has(name)) return;
    this.known.add(name);
    const from = join(this.tree, name);
    if (!existsSync(from) || !lstatSync(from).isFile()) return;
    mkdirSync(dirname(join(this.dir, name)), { recursive: true });
    writeFileSync(join(this.dir, name), readFileSync(from));
  }

  overlay(): Map<string, Uint8Array | null> {
    const overlay = new Map<string, Uint8Array | null>();
    for (const name of this.known) {
      const [before, after] = [read(join(this.tree, name)), read(join(this.dir, name))];
      const same = before === null ? after === null : after !== null && before.equals(after);
      if (!same) overlay.set(name, after);
    }
    return overlay;
  }
}

const CHECK_KERNEL = 'check that the patch is for this kernel';
const SAVE_AS_SENT = 'mail programs break long lines; save the patch as it was sent';

function misfit(diff: Diff, why: string, hint: string): SourceError {
  return new SourceError('RW305', `${diff.label} does not apply: ${why}`, hint);
}

/** The content of a plain file; null for anything else. */
function read(path: string): Buffer | null {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path) : null;
}

/**
 * True if @path belongs to a part of the kernel that the tree does not hold: its folder is not
 * there, or has no file of its kind. A whole tree has MAINTAINERS, and then nothing is outside.
 */
function isOutside(tree: string, path: string): boolean {
  if (existsSync(join(tree, 'MAINTAINERS'))) return false;
  const folder = dirname(path);
  if (folder === '.') return true;
  if (!existsSync(join(tree, folder))) return true;
  return !readdirSync(join(tree, folder)).some((name) => extname(name) === extname(path));
}
