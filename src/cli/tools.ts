// SPDX-License-Identifier: GPL-2.0-only
// Other programs that make a blob of a device tree: dtc, fdtoverlay and, for #include, cpp.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fail, type UserError } from '#base/errors';
import { andThen, ok, type Result } from '#base/result';
import { fileBytesMax } from '#firmware/file';

/** Milliseconds a tool may take: real sources take less than one of a thousand of it. */
const toolMsMax = 120_000;

const packages: Readonly<Record<string, string>> = { cpp: 'cpp' };

/** What @tool writes, given @input; it says itself what it did not like. */
function run(
  tool: string,
  args: readonly string[],
  input: Uint8Array,
): Result<Uint8Array, UserError> {
  const options = { input, timeout: toolMsMax, maxBuffer: fileBytesMax };
  const done = spawnSync(tool, args, options);
  const code = (done.error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ENOENT') {
    const wanted = packages[tool] ?? 'device-tree-compiler';
    return fail('RW006', `${tool} is not installed`, `apt install ${wanted}, or what has ${tool}`);
  }
  if (done.error || done.status !== 0) {
    const said = done.stderr
      ?.toString()
      .split('\n')
      .find((line) => /error/i.test(line));
    const why = code ?? said ?? done.stderr?.toString().split('\n')[0] ?? '';
    return fail('RW006', `${tool} has failed: ${why.trim()}`, `run ${tool} by hand to see it all`);
  }
  return ok(new Uint8Array(done.stdout));
}

/** The folder `include` of the kernel tree that @dir is in, if it is in one. */
function treeInclude(dir: string): string[] {
  for (let at = path.resolve(dir); path.dirname(at) !== at; at = path.dirname(at)) {
    if (existsSync(path.join(at, 'include/dt-bindings'))) return ['-I', path.join(at, 'include')];
  }
  return [];
}

/** Compile source in @bytes, which were found in @dir. Takes #include where cpp is installed. */
export function compileTree(bytes: Uint8Array, dir: string): Result<Uint8Array, UserError> {
  const hasInclude = /^\s*#\s*(include|define|ifdef|ifndef)\b/m.test(
    new TextDecoder().decode(bytes),
  );
  const flags = ['-nostdinc', '-undef', '-D__DTS__', '-x', 'assembler-with-cpp'];
  const cpp = [...flags, '-P', '-I', dir, ...treeInclude(dir), '-'];
  const plain = hasInclude ? run('cpp', cpp, bytes) : ok(bytes);
  const dtc = ['-q', '-@', '-I', 'dts', '-O', 'dtb', '-i', dir, '-o', '-', '-'];
  return andThen(plain, (source) => run('dtc', dtc, source));
}

/** @base with @overlays applied, one after the other. */
export function applyOverlays(
  base: Uint8Array,
  overlays: readonly Uint8Array[],
): Result<Uint8Array, UserError> {
  const dir = mkdtempSync(path.join(tmpdir(), 'racewindow-'));
  try {
    const file = (name: string): string => path.join(dir, name);
    writeFileSync(file('board.dtb'), base);
    const names = overlays.map((overlay, i) => {
      writeFileSync(file(`${i}.dtbo`), overlay);
      return file(`${i}.dtbo`);
    });
    const done = run(
      'fdtoverlay',
      ['-i', file('board.dtb'), '-o', file('whole.dtb'), ...names],
      new Uint8Array(),
    );
    if (!done.ok) return done;
    return ok(new Uint8Array(readFileSync(file('whole.dtb'))));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
