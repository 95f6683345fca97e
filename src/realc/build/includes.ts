// SPDX-License-Identifier: GPL-2.0-only
// Which headers a source can include: an own scan, so that caches are exact without a compiler.
//
// The scan ignores conditions, so it finds too many headers, never too few. It serves twice: the
// hash of the closure is the cache key of the object, and the closure is all that the compiler's
// virtual file system has to hold.

import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { FORCED_INCLUDES, INCLUDE_DIRS, sha, shimDir } from './files.ts';

/** A file of the virtual source tree: `k/...` kernel, `shim/...`, `gen/...`, `scene/...`. */
interface Scanned {
  readonly bytes: Uint8Array;
  readonly hash: string;
  readonly quoted: readonly string[];
  readonly angled: readonly string[];
}

/** Where virtual paths come from. */
interface SourceRoots {
  readonly tree: string;
  readonly generated: ReadonlyMap<string, string>;
  /** Patched files of the tree: path -> new content, or null where the patch deletes it. */
  readonly overlay: ReadonlyMap<string, Uint8Array | null>;
  readonly scene: string;
}

const INCLUDE = /^[ \t]*#[ \t]*include(?:_next)?[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)/gm;

/** Resolves and remembers files of one build. */
export class SourceFiles {
  private readonly roots: SourceRoots;
  private readonly direct = new Map<string, readonly string[]>();
  private readonly seen = new Map<string, Scanned | null>();
  constructor(roots: SourceRoots) {
    this.roots = roots;
  }

  private readBytes(path: string): Uint8Array | null {
    const slash = path.indexOf('/');
    const root = path.slice(0, slash);
    const rest = path.slice(slash + 1);
    try {
      if (root === 'k') {
        const patched = this.roots.overlay.get(rest);
        if (patched !== undefined) return patched;
        return readFileSync(join(this.roots.tree, rest));
      }
      if (root === 'shim') return readFileSync(join(shimDir(), rest));
      if (root === 'scene') return readFileSync(join(this.roots.scene, rest));
      const text = this.roots.generated.get(rest);
      return text === undefined ? null : new TextEncoder().encode(text);
    } catch {
      return null;
    }
  }

  /** The file at a virtual path, or null. */
  get(path: string): Scanned | null {
    const known = this.seen.get(path);
    if (known !== undefined) return known;
    const bytes = this.readBytes(path);
    let result: Scanned | null = null;
    if (bytes) {
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
      const quoted: string[] = [];
      const angled: string[] = [];
      for (const m of text.matchAll(INCLUDE)) (m[1] ? quoted : angled).push((m[1] ?? m[2])!);
      result = { bytes, hash: sha(bytes), quoted, angled };
    }
    this.seen.set(path, result);
    return result;
  }

  /** Hits of a header name in the include path; include_next makes each of them matter. */
  private everywhere(name: string): string[] {
    return INCLUDE_DIRS.map((dir) => posix.normalize(`${dir}/${name}`)).filter((p) => this.get(p));
  }

  private directIncludes(path: string): readonly string[] {
    const known = this.direct.get(path);
    if (known) return known;
    const scanned = this.get(path);
    const out: string[] = [];
    if (scanned) {
      const dir = posix.dirname(path);
      for (const name of scanned.quoted) {
        const beside = posix.normalize(`${dir}/${name}`);
        if (this.get(beside)) out.push(beside);
      }
      for (const name of [...scanned.quoted, ...scanned.angled]) out.push(...this.everywhere(name));
    }
    this.direct.set(path, out);
    return out;
  }

  /** All files that compiling @file may read, as virtual paths, @file first. */
  closure(file: string): string[] {
    const found = new Set<string>([file]);
    const work = [file];
    const add = (path: string): void => {
      if (found.has(path)) return;
      found.add(path);
      work.push(path);
    };
    for (const name of FORCED_INCLUDES) for (const path of this.everywhere(name)) add(path);
    for (let path = work.pop(); path !== undefined; path = work.pop()) {
      for (const next of this.directIncludes(path)) add(next);
    }
    return [...found];
  }

  /** One hash over names and contents of the closure. */
  closureHash(paths: readonly string[]): string {
    return sha(...[...paths].sort().map((p) => `${p}=${this.get(p)!.hash}`));
  }
}

/** A directory tree as @yowasp/clang takes it. */
export type VirtualTree = { [name: string]: VirtualTree | Uint8Array };

/**
 * Put files into a virtual tree. The file system of @yowasp/clang ignores `..`, so a header
 * reached as `../x/y.h` from D is also put at D/x/y.h.
 */
export function virtualTree(files: SourceFiles, paths: readonly string[]): VirtualTree {
  const root: VirtualTree = {};
  const put = (path: string, bytes: Uint8Array): void => {
    const parts = path.split('/');
    const name = parts.pop()!;
    let at = root;
    for (const part of parts) {
      const next = at[part] ?? {};
      at[part] = next;
      at = next as VirtualTree;
    }
    at[name] = bytes;
  };
  // @at stands for @path: what @path quotes must be found beside @at too.
  const done = new Set<string>();
  const alias = (path: string, at: string): void => {
    const scanned = files.get(path);
    if (!scanned || done.has(at)) return;
    done.add(at);
    put(at, scanned.bytes);
    quoted(path, at);
  };
  const quoted = (path: string, at: string): void => {
    for (const name of files.get(path)!.quoted) {
      if (path === at && !name.includes('..')) continue;
      const beside = name
        .split('/')
        .filter((p) => p !== '..')
        .join('/');
      const target = posix.normalize(`${posix.dirname(path)}/${name}`);
      if (files.get(target)) alias(target, `${posix.dirname(at)}/${beside}`);
    }
  };
  for (const path of paths) {
    put(path, files.get(path)!.bytes);
    quoted(path, path);
  }
  return root;
}
