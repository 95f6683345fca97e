// SPDX-License-Identifier: GPL-2.0-only
// Links the objects, numbers the accesses, and makes the image suspendable with asyncify.

import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { PAGES_MAX } from '#realc/limits';
import type { CompiledObject } from './compile.ts';
import { SourceError } from './errors.ts';
import { processDir } from './files.ts';
import { importPath, type Toolchain } from './toolchain.ts';

/** Initcalls that are run in this order while booting, where the tree has them. */
export const BOOT_INITCALLS = [
  'iommu_init',
  'devlink_class_init',
  'pci_driver_init',
  'amba_init',
  'iommu_subsys_init',
] as const;

/** Initcalls that a scene's threads run. */
const LATE_INITCALLS = ['deferred_probe_initcall'] as const;

/** Symbols the host calls or reads. */
const EXPORTS = [
  'rw_boot',
  'rw_tree_init',
  'rw_node_add',
  'rw_prop_add',
  'rw_device_add',
  'rw_pci_host',
  'rw_pci_add',
  'rw_amba_add',
  'rw_acpi_init',
  'rw_acpi_smmu',
  'rw_acpi_node',
  'rw_acpi_add',
  'rw_driver_new',
  'rw_thread_register',
  'rw_thread_device_add',
  'rw_thread_pci_add',
  'rw_thread_amba_add',
  'rw_thread_acpi_add',
  'rw_thread_device_del',
  'rw_thread_call',
  'rw_thread_work',
  'rw_thread_async',
  'rw_state',
  'rw_keep',
  'rw_free',
  // Exported so that the linker does not run constructors around every export.
  '__wasm_call_ctors',
  'vsnprintf',
  '__stack_pointer',
  '__heap_base',
  '__data_end',
];

/** Imports that may suspend the thread that calls them. */
export const SUSPENDING = [
  'rw_switch',
  'rw_yield',
  'rw_lock',
  'rw_trylock',
  'flush_*',
  'cancel_*',
  'wait_*',
  'schedule*',
  'async_synchronize_*',
  'synchronize_*',
  '__srcu_*',
];

function linkFlags(hooks: readonly string[]): string[] {
  const initcalls = [...BOOT_INITCALLS, ...LATE_INITCALLS].map((n) => `rw_initcall_${n}`);
  return [
    '--no-entry',
    '--export-table',
    '--import-memory',
    '--initial-memory=16777216',
    '--import-undefined',
    '--stack-first',
    '-z',
    'stack-size=131072',
    `--max-memory=${PAGES_MAX * 65536}`,
    ...EXPORTS.map((n) => `--export=${n}`),
    ...[...initcalls, ...hooks].map((n) => `--export-if-defined=${n}`),
  ];
}

/** Names of the hooks the objects ask for, found in their bytes. */
function hookNames(objects: readonly CompiledObject[]): string[] {
  const found = new Set<string>();
  for (const o of objects) {
    const text = Buffer.from(o.bytes.buffer, o.bytes.byteOffset, o.bytes.byteLength);
    for (const m of text.toString('latin1').matchAll(/__tsan_(\w+)/g)) found.add(`rwh_${m[1]}`);
  }
  return [...found].sort();
}

function linkError(text: string): SourceError {
  const undefinedNames = [...text.matchAll(/undefined symbol: (\S+)/g)].map((m) => m[1]);
  const line = text.split('\n').find((l) => /error:/.test(l)) ?? text.trim();
  const what = undefinedNames.length
    ? `undefined data: ${[...new Set(undefinedNames)].join(', ')}`
    : line.replace(/^.*error: /, '');
  return new SourceError(
    'RW304',
    `the image does not link: ${what}`,
    'a data symbol of the kernel needs a definition in src/realc/build/scene/symbols.c',
  );
}

/** Link the objects to one WebAssembly module with debug information. */
export async function linkObjects(
  objects: readonly CompiledObject[],
  toolchain: Toolchain,
  cacheDir: string,
): Promise<Uint8Array> {
  const files = Object.fromEntries(
    objects.map((o) => [`${o.name.replaceAll('/', '_')}.o`, o.bytes] as const),
  );
  const args = [...linkFlags(hookNames(objects)), ...Object.keys(files), '-o', 'out.wasm'];
  if (toolchain.nativeClang) {
    const dir = join(cacheDir, `link-${process.pid}`);
    mkdirSync(dir, { recursive: true });
    try {
      for (const [name, bytes] of Object.entries(files)) writeFileSync(join(dir, name), bytes);
      const linker = toolchain.nativeClang.replace(/clang/, 'wasm-ld');
      execFileSync(linker, args, { cwd: dir, stdio: 'pipe' });
      return readFileSync(join(dir, 'out.wasm'));
    } catch (e) {
      throw linkError(String((e as { stderr?: Buffer }).stderr ?? e));
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  }
  type Link = (args: string[], files: object, opt: object) => Promise<Record<string, Uint8Array>>;
  const { commands } = (await importPath(toolchain.clangEntry!)) as unknown as {
    commands: Record<string, Link>;
  };
  let text = '';
  const stderr = (b: Uint8Array | null): void => {
    if (b) text += Buffer.from(b).toString();
  };
  try {
    const out = await commands['wasm-ld']!(args, files, { stderr, fetchProgress() {} });
    return out['out.wasm']!;
  } catch (e) {
    throw linkError(text || String(e));
  }
}

/**
 * Make every function that may reach a suspending import able to unwind and rewind.
 * Binaryen does it in a process of its own; see process/asyncify.mjs.
 */
export async function asyncify(
  module: Uint8Array,
  toolchain: Pick<Toolchain, 'binaryenEntry'>,
): Promise<Uint8Array> {
  const imports = SUSPENDING.map((n) => `env.${n}`);
  const request = JSON.stringify({ imports, features: FEATURES, passes: OPTIMISE });
  const program = join(processDir(), 'asyncify.mjs');
  const child = spawn(process.execPath, [program, toolchain.binaryenEntry, request], {
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
  }) as ChildProcessByStdio<Writable, null, Readable>;
  const { stdin, stderr } = child;
  const [said, out] = [collect(stderr), collect(child.stdio[3] as Readable)];
  // A child that has died says why on standard error; the pipe to it only says that it is gone.
  stdin.on('error', () => undefined).end(module);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  if (code === 0 && out.length > 0) return Buffer.concat(out);
  const line = Buffer.concat(said).toString().trim().split('\n')[0] || `it ended with ${code}`;
  throw new SourceError(
    'RW304',
    `binaryen cannot rewrite the image: ${line}`,
    'remove toolchain/ in the cache, then run `racewindow source setup`',
  );
}

/** The parts that come from @stream, in a list that grows. */
function collect(stream: Readable): Buffer[] {
  const parts: Buffer[] = [];
  stream.on('data', (part: Buffer) => parts.push(part));
  return parts;
}

// What the compilers emit, and no more: Node 20 must be able to load the result.
const FEATURES = [
  'MutableGlobals',
  'SignExt',
  'BulkMemory',
  'BulkMemoryOpt',
  'NontrappingFPToInt',
  'CallIndirectOverlong',
];

// Asyncify makes many locals and blocks; these few passes take most of that away again.
const OPTIMISE = ['simplify-locals', 'coalesce-locals', 'vacuum', 'reorder-locals'];
