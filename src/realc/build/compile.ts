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
import { Worker } from 'node:worker_threads';
import { SourceError } from './errors.ts';
import { compileFlags, FORCED_INCLUDES, INCLUDE_DIRS, PLAIN_FILES, sha } from './files.ts';
import { type SourceFiles, type VirtualTree, virtualTree } from './includes.ts';
import type { Toolchain } from './toolchain.ts';

/** One file to compile: virtual path with `.c`, and the name it is known by. */
export interface CompileJob {
  readonly name: string;
  readonly path: string;
}

export interface CompileOptions {
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

// Runs in a worker: it has no module of its own, so that it works from sources and from dist.
const WORKER = `
const { parentPort, workerData } = require('node:worker_threads');
const ready = import(workerData.entry);
parentPort.on('message', async ({ id, args, tree }) => {
  let text = '';
  const stderr = (b) => { if (b) text += Buffer.from(b).toString(); };
  try {
    const { commands } = await ready;
    const out = await commands.clang(args, tree, { stderr, fetchProgress() {} });
    parentPort.postMessage({ id, bytes: out['out.o'] ?? null, text });
  } catch (e) {
    parentPort.postMessage({ id, bytes: null, text: text || String(e) });
  }
});
`;

type CompileResult = { bytes: Uint8Array | null; text: string };

/** Does one compilation after the other. */
interface Compiler {
  compile(args: string[], job: CompileJob, paths: readonly string[]): Promise<CompileResult>;
  close(): Promise<unknown>;
}

function workerCompiler(entry: string, files: SourceFiles): Compiler {
  const worker = new Worker(WORKER, {
    eval: true,
    workerData: { entry: pathToFileURL(entry).href },
    stderr: true,
    stdout: true,
    resourceLimits: { stackSizeMb: 64 },
  });
  let serial = 0;
  return {
    compile: (args, _job, paths) =>
      new Promise((done, failed) => {
        const id = serial++;
        const tree: VirtualTree = virtualTree(files, paths);
        worker.once('error', failed);
        worker.once('message', (m: CompileResult) => {
          worker.off('error', failed);
          done(m);
        });
        worker.postMessage({ id, args, tree });
      }),
    close: () => worker.terminate(),
  };
}

function nativeCompiler(cc: string, files: SourceFiles): Compiler {
  const root = mkdtempSync(join(tmpdir(), 'racewindow-'));
  const written = new Set<string>();
  return {
    compile: (args, job, paths) => {
      for (const path of paths) {
        if (written.has(path)) continue;
        written.add(path);
        mkdirSync(join(root, path, '..'), { recursive: true });
        writeFileSync(join(root, path), files.get(path)!.bytes);
      }
      const out = `${job.name.replaceAll('/', '_')}.o`;
      const full = [...args.slice(0, -1), out];
      return new Promise((done) => {
        execFile(cc, full, { cwd: root, maxBuffer: 1 << 24 }, (error, _stdout, stderr) => {
          done({ bytes: error ? null : readFileSync(join(root, out)), text: stderr });
        });
      });
    },
    close: async () => rmSync(root, { recursive: true, force: true }),
  };
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
  const todo: { job: CompileJob; args: string[]; key: string; paths: string[] }[] = [];
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
  // Long ones first, so that the workers end together.
  todo.sort((a, b) => b.paths.length - a.paths.length);
  let done = results.size;
  const run = async (): Promise<void> => {
    const { nativeClang, clangEntry } = opt.toolchain;
    const compiler = nativeClang
      ? nativeCompiler(nativeClang, opt.files)
      : workerCompiler(clangEntry!, opt.files);
    try {
      for (let item = todo.shift(); item; item = todo.shift()) {
        const { job, args, key, paths } = item;
        const { bytes, text } = await compiler.compile(args, job, paths);
        if (!bytes) {
          throw new SourceError(
            'RW303',
            `${job.path.replace(/^k\//, '')} does not compile: ${firstError(text)}`,
            'this tree needs a shim that is not there; 6.12 and 7.2 are tested',
          );
        }
        const file = join(dir, `${key}.o`);
        const temporary = `${file}.${process.pid}.${Math.random()}`;
        writeFileSync(temporary, bytes);
        renameSync(temporary, file);
        results.set(job.name, { name: job.name, bytes, cached: false, key });
        opt.onProgress(++done, jobs.length, job.name);
      }
    } finally {
      todo.length = 0;
      await compiler.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(opt.jobs, todo.length) }, run));
  return jobs.map((j) => results.get(j.name)!);
}
