// SPDX-License-Identifier: GPL-2.0-only
// Compiles C files to objects, in parallel, through a cache keyed by content.

import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { must } from '#base/assert';
import { heaviestFirst, openPool, type Pool, runAll } from '#run/pool';
import { SourceError } from './errors.ts';
import {
  compileFlags,
  FORCED_INCLUDES,
  INCLUDE_DIRS,
  PLAIN_FILES,
  processDir,
  sha,
} from './files.ts';
import { type SourceFiles, type VirtualTree, virtualTree } from './includes.ts';
import type { Toolchain } from './toolchain.ts';

/** One file to compile: virtual path with `.c`, and the name it is known by. */
export interface CompileJob {
  readonly name: string;
  readonly path: string;
}

/** Milliseconds that a file may take: an optimiser that hangs is stopped. */
const COMPILE_MS_MAX = 600_000;

interface CompileOptions {
  readonly toolchain: Toolchain;
  readonly files: SourceFiles;
  readonly cacheDir: string;
  readonly jobs: number;
  /** Extra -D flags: the kernel version. */
  readonly defines: readonly string[];
  onProgress(done: number, total: number, name: string): void;
}

export interface CompiledObject {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly cached: boolean;
  readonly key: string;
}

/** A file that has to be compiled. */
interface Compilation {
  readonly job: CompileJob;
  readonly args: readonly string[];
  /** Of the object in the cache. */
  readonly key: string;
  /** The files that it reads. */
  readonly paths: readonly string[];
}

interface Compiled {
  readonly bytes: Uint8Array | null;
  readonly text: string;
}

/** Compiles in the packaged clang, in worker threads. */
function packagedCompiler(entry: string, files: SourceFiles, jobs: number) {
  interface Sent {
    readonly entry: string;
    readonly args: readonly string[];
    readonly tree: VirtualTree;
  }
  const program = pathToFileURL(join(processDir(), 'clang.mjs'));
  const pool = openPool<Sent, Compiled>(
    {
      here: () => must<Compiled | null>(null, 'clang needs the stack of a thread'),
      entry: program,
    },
    { jobs, threadsLeast: 1, stackMb: 64, taskMsMax: COMPILE_MS_MAX },
  );
  const run = ({ args, paths }: Compilation): Promise<Compiled> =>
    pool.run({ entry, args, tree: virtualTree(files, paths) });
  return { ...pool, run };
}

/** Compiles in processes of a native clang. */
function nativeCompiler(cc: string, files: SourceFiles, jobs: number): Pool<Compilation, Compiled> {
  const root = mkdtempSync(join(tmpdir(), 'racewindow-'));
  const written = new Set<string>();
  const here = ({ args, job, paths }: Compilation): Promise<Compiled> => {
    for (const path of paths) {
      if (written.has(path)) continue;
      written.add(path);
      mkdirSync(join(root, path, '..'), { recursive: true });
      writeFileSync(join(root, path), files.get(path)!.bytes);
    }
    const out = `${job.name.replaceAll('/', '_')}.o`;
    const full = [...args.slice(0, -1), out];
    const how = { cwd: root, maxBuffer: 1 << 24, timeout: COMPILE_MS_MAX };
    return new Promise((done) => {
      execFile(cc, full, how, (error, _stdout, stderr) => {
        done({ bytes: error ? null : readFileSync(join(root, out)), text: stderr });
      });
    });
  };
  const pool = openPool({ here, entry: null }, { jobs: 1, lanesHere: jobs });
  const close = async (): Promise<void> => {
    await pool.close();
    rmSync(root, { recursive: true, force: true });
  };
  return { ...pool, close };
}

/** The line of a compiler's output that says what does not fit. */
function firstError(text: string): string {
  const line = text.split('\n').find((l) => / error: /.test(l)) ?? text.trim().split('\n').at(-1);
  return (line ?? 'the compiler said nothing').replace(/^\.?\/?k\//, '');
}

/** Compile all jobs; throws RW303 with the header and line that does not fit. */
export async function compileAll(
  jobs: readonly CompileJob[],
  opt: CompileOptions,
): Promise<CompiledObject[]> {
  const dir = join(opt.cacheDir, 'objects');
  mkdirSync(dir, { recursive: true });
  const results = new Map<string, CompiledObject>();
  const todo: Compilation[] = [];
  for (const job of jobs) {
    const args = [
      ...compileFlags(job.name, !PLAIN_FILES.has(job.name)),
      ...opt.defines,
      ...INCLUDE_DIRS.map((d) => `-I${d}`),
      ...FORCED_INCLUDES.flatMap((h) => ['-include', h]),
      '-c',
      job.path,
      '-o',
      'out.o',
    ];
    const paths = opt.files.closure(job.path);
    const key = sha(opt.toolchain.id, args.join('\0'), opt.files.closureHash(paths));
    const file = join(dir, `${key}.o`);
    if (existsSync(file)) {
      results.set(job.name, { name: job.name, bytes: readFileSync(file), cached: true, key });
    } else todo.push({ job, args, key, paths });
  }
  if (todo.length === 0) return jobs.map((j) => results.get(j.name)!);
  let done = results.size;
  const { nativeClang, clangEntry } = opt.toolchain;
  const at = Math.min(opt.jobs, todo.length);
  const compiler = nativeClang
    ? nativeCompiler(nativeClang, opt.files, at)
    : packagedCompiler(clangEntry!, opt.files, at);
  const keep = (i: number, { bytes, text }: Compiled): void => {
    const { job, key } = todo[i]!;
    if (!bytes) {
      throw new SourceError(
        'RW303',
        `${job.path.replace(/^k\//, '')} does not compile: ${firstError(text)}`,
        'this tree needs a shim that is not there; 6.12, 7.2 and 7.3 are tested',
      );
    }
    const file = join(dir, `${key}.o`);
    const temporary = `${file}.${process.pid}.${Math.random()}`;
    writeFileSync(temporary, bytes);
    renameSync(temporary, file);
    results.set(job.name, { name: job.name, bytes, cached: false, key });
    opt.onProgress(++done, jobs.length, job.name);
  };
  try {
    const order = heaviestFirst(todo, ({ paths }) => paths.length);
    await runAll(compiler, todo, keep, order);
  } finally {
    await compiler.close();
  }
  return jobs.map((j) => results.get(j.name)!);
}
