// SPDX-License-Identifier: GPL-2.0-only
// From a kernel tree to an image that can be run: patch, compile, link, rewrite, asyncify.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CompiledObject, type CompileJob, compileAll } from './compile.ts';
import { type DebugInfo, readDebugInfo, type SourceFrame } from './dwarf/info.ts';
import { SourceError } from './errors.ts';
import {
  generatedHeaders,
  KERNEL_FILES,
  type KernelVersion,
  kernelVersion,
  SCENE_FILES,
  sceneDir,
  sha,
} from './files.ts';
import { FOLLOWED } from './follow.ts';
import { SourceFiles } from './includes.ts';
import { asyncify, linkObjects, SUSPENDING } from './link.ts';
import { applyPatches, type Patched, type PatchInput } from './patch.ts';
import { defaultCacheDir, findToolchain, type Toolchain } from './toolchain.ts';
import { type RawSite, rewrite } from './wasm/rewrite.ts';

export interface BuildOptions {
  /** Patches to apply to a private copy, in order. */
  readonly patches?: readonly PatchInput[];
  /** Patches to take back, before the others are applied. */
  readonly reverts?: readonly PatchInput[];
  /** A native clang; null or absent for @yowasp/clang. */
  readonly cc?: string | null;
  readonly cacheDir?: string;
  /** Compilations at a time. */
  readonly jobs?: number;
  onProgress?(done: number, total: number, what: string): void;
  /** Files of the patches that the tree does not hold, where there are any. */
  onLeftOut?(paths: readonly string[]): void;
}

/** A kernel that can be booted. */
export interface KernelImage {
  readonly version: KernelVersion;
  readonly wasm: Uint8Array;
  readonly sites: readonly RawSite[];
  /** Per site: frames, innermost first. */
  readonly frames: readonly (readonly SourceFrame[])[];
  /** Per site: one of QUIET. */
  readonly quiet: readonly number[];
  readonly followed: readonly string[];
  readonly missing: readonly string[];
  readonly debug: DebugInfo;
  readonly compiler: string;
  /** sha256 of a file as it was compiled, patches included; null if it was not read. */
  readonly fileHash: (path: string) => string | null;
  /** Hash of everything that went in. */
  readonly key: string;
  readonly stats: {
    readonly objects: number;
    readonly compiled: number;
    readonly compileMs: number;
    readonly linkMs: number;
    readonly asyncifyMs: number;
  };
  /** What a worker thread needs to open it. */
  readonly ref: ImageRef;
}

/** An image in the cache. */
export interface ImageRef {
  /** Its files are base.json, base.wasm, base.debug.wasm. */
  readonly base: string;
  readonly version: KernelVersion;
  readonly key: string;
  readonly compiler: string;
}

type Meta = Pick<KernelImage, 'sites' | 'frames' | 'quiet' | 'followed' | 'missing'>;

const NO_STATS = { objects: 0, compiled: 0, compileMs: 0, linkMs: 0, asyncifyMs: 0 };

/** Reads each part when it is asked for: who only hands worlds to workers needs none. */
class CachedImage implements KernelImage {
  readonly ref: ImageRef;
  readonly fileHash: KernelImage['fileHash'];
  readonly stats: KernelImage['stats'];
  private metaRead: Meta | null = null;
  private wasmRead: Uint8Array | null = null;
  private debugRead: DebugInfo | null = null;

  constructor(ref: ImageRef, how: Pick<KernelImage, 'fileHash' | 'stats'>) {
    this.ref = ref;
    this.fileHash = how.fileHash;
    this.stats = how.stats;
  }

  private get meta(): Meta {
    this.metaRead ??= JSON.parse(readFileSync(`${this.ref.base}.json`, 'utf8')) as Meta;
    return this.metaRead;
  }
  get version(): KernelVersion {
    return this.ref.version;
  }
  get key(): string {
    return this.ref.key;
  }
  get compiler(): string {
    return this.ref.compiler;
  }
  get wasm(): Uint8Array {
    this.wasmRead ??= readFileSync(`${this.ref.base}.wasm`);
    return this.wasmRead;
  }
  get debug(): DebugInfo {
    this.debugRead ??= readDebugInfo(readFileSync(`${this.ref.base}.debug.wasm`));
    return this.debugRead;
  }
  get sites(): Meta['sites'] {
    return this.meta.sites;
  }
  get frames(): Meta['frames'] {
    return this.meta.frames;
  }
  get quiet(): Meta['quiet'] {
    return this.meta.quiet;
  }
  get followed(): Meta['followed'] {
    return this.meta.followed;
  }
  get missing(): Meta['missing'] {
    return this.meta.missing;
  }
}

/** An image that was built before; it does not know the hashes of its sources. */
export function openImage(ref: ImageRef): KernelImage {
  return new CachedImage(ref, { fileHash: () => null, stats: NO_STATS });
}

/** Operations of the environment whose call sites are told in traces and faults. */
const OPERATIONS = /^(mutex_\w*lock\w*|_raw_spin_\w+|down_\w+|up_\w+|kfree\w*|flush_work)$/;

/**
 * Accesses that are not what they seem: those that count references commute unless they reach
 * zero; an addition whose result nobody wants commutes with others of its kind.
 */
const QUIET = { not: 0, reference: 1, sum: 2 } as const;

const REFERENCE = /^(__)?(refcount|kref)_/;
const SUM = /^atomic\d+_fetch_(add|sub)$/;

function quietOf({ hook, unused }: RawSite, frames: readonly SourceFrame[]): number {
  if (frames.some(({ fn }) => REFERENCE.test(fn))) return QUIET.reference;
  return unused && SUM.test(hook) ? QUIET.sum : QUIET.not;
}

// Changes whenever linking or rewriting changes what it makes.
const FORMAT = '13';

/** What patches make of a tree, in milliseconds: whether they apply is known before any build. */
export function patchTree(
  tree: string,
  { patches = [], reverts = [] }: Pick<BuildOptions, 'patches' | 'reverts'>,
): Patched & { readonly version: KernelVersion } {
  const version = kernelVersion(tree);
  if (!version || !existsSync(join(tree, 'drivers/iommu/iommu.c'))) {
    throw new SourceError(
      'RW302',
      `${tree} is not an unpacked kernel tree`,
      'scripts/fetch-linux 7.2 unpacks one and prints its path',
    );
  }
  return { version, ...applyPatches(tree, patches, reverts) };
}

/** Written beside its place first: what stands there is whole. */
function save(path: string, bytes: Uint8Array | string): void {
  writeFileSync(`${path}.${process.pid}`, bytes);
  renameSync(`${path}.${process.pid}`, path);
}

/** Link the objects into the files @base.*; how long linking and rewriting took. */
async function linkImage(
  base: string,
  objects: readonly CompiledObject[],
  toolchain: Toolchain,
  cacheDir: string,
  onStep: (what: string) => void,
): Promise<{ linkMs: number; asyncifyMs: number }> {
  const started = performance.now();
  onStep('link');
  const linked = await linkObjects(objects, toolchain, cacheDir);
  const linkedAt = performance.now();
  onStep('asyncify');
  const rewritten = rewrite(linked, FOLLOWED, OPERATIONS);
  const wasm = await asyncify(rewritten.module, toolchain);
  const asyncifyMs = performance.now() - linkedAt;
  const { sites, followed, missing } = rewritten;
  const info = readDebugInfo(linked);
  const frames = sites.map((s) => info.framesAt(s.address));
  const quiet = frames.map((f, i) => quietOf(sites[i]!, f));
  save(`${base}.debug.wasm`, linked);
  save(`${base}.wasm`, wasm);
  save(`${base}.json`, JSON.stringify({ sites, frames, quiet, followed, missing }));
  return { linkMs: linkedAt - started, asyncifyMs };
}

/** Build the image of a tree with patches; what has not changed comes from the cache. */
export async function buildTree(tree: string, opt: BuildOptions = {}): Promise<KernelImage> {
  const cacheDir = opt.cacheDir ?? defaultCacheDir();
  const { version, overlay, leftOut } = patchTree(tree, opt);
  if (leftOut.length > 0) opt.onLeftOut?.(leftOut);
  const toolchain = await findToolchain(opt.cc ?? null, cacheDir);
  const generated = generatedHeaders(tree, version);
  const files = new SourceFiles({ tree, generated, overlay, scene: sceneDir() });
  const jobs: CompileJob[] = [
    ...KERNEL_FILES.filter((n) => files.get(`k/${n}.c`)).map((n) => ({
      name: n,
      path: `k/${n}.c`,
    })),
    ...SCENE_FILES.map((n) => ({ name: n, path: `scene/${n}.c` })),
  ];
  const started = performance.now();
  const objects = await compileAll(jobs, {
    toolchain,
    files,
    cacheDir,
    jobs: opt.jobs ?? 2,
    defines: [`-DRW_KV=${version.major * 100 + version.minor}`],
    onProgress: opt.onProgress ?? (() => undefined),
  });
  const compiledAt = performance.now();
  const key = sha(FORMAT, FOLLOWED.join(), SUSPENDING.join(), ...objects.map((o) => o.key));
  const dir = join(cacheDir, 'images');
  mkdirSync(dir, { recursive: true });
  const base = join(dir, key);
  let times = { linkMs: 0, asyncifyMs: 0 };
  if (!existsSync(`${base}.json`)) {
    const onStep = (what: string): void => opt.onProgress?.(jobs.length, jobs.length, what);
    times = await linkImage(base, objects, toolchain, cacheDir, onStep);
  }
  const ref = { base, version, key, compiler: toolchain.id };
  return new CachedImage(ref, {
    fileHash: (path) => {
      const file = files.get(`k/${path}`);
      return file && createHash('sha256').update(file.bytes).digest('hex');
    },
    stats: {
      objects: objects.length,
      compiled: objects.filter((o) => !o.cached).length,
      compileMs: compiledAt - started,
      ...times,
    },
  });
}
