// SPDX-License-Identifier: GPL-2.0-only
// Builds the smallest kernel of a tree that our machine boots, and keeps it under a digest.
//
// A tree with patches is built from a copy of the same tree without them, where that was built
// before: make then compiles what they change alone.

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { guestFile } from './guest-files.ts';
import type { KernelFiles } from './stock.ts';
import { requireTools, run, type ToolRun } from './tool.ts';
import { copyPart, digestOf, type KernelTree, overlayPart, readPart } from './tree.ts';

/** What a build takes beside what every boot does, and the Debian package that has it. */
const tools = { gcc: 'gcc', flex: 'flex', bison: 'bison', bc: 'bc', cp: 'coreutils' } as const;

const buildMsMax = 7_200_000;
const toolMsMax = 120_000;

/** Nothing of where and when it was built goes into a kernel: one digest is one kernel. */
const environment = {
  ARCH: 'arm64',
  CROSS_COMPILE: 'aarch64-linux-gnu-',
  KBUILD_BUILD_USER: 'racewindow',
  KBUILD_BUILD_HOST: 'racewindow',
  KBUILD_BUILD_TIMESTAMP: '1970-01-01',
  KBUILD_BUILD_VERSION: '1',
  LC_ALL: 'C',
};

const config = 'kernel.config';

/** Where kernels that were built are kept. */
function storeDirectory(): string {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(cache, 'racewindow', 'built');
}

/** The kernel of @tree, built unless it was before; @say is told what takes its time. */
export async function buildKernel(
  tree: KernelTree,
  say: (text: string) => void,
): Promise<Result<KernelFiles, UserError>> {
  const there = requireTools(tools);
  if (!there.ok) return there;
  const part = readPart(tree);
  if (!part.ok) return part;
  const compiler = await run('aarch64-linux-gnu-gcc', ['--version'], toolMsMax);
  const further = [compiler.text.split('\n')[0] ?? '', guestFile(config)];
  const keyOf = (of: KernelTree): string => digestOf(of, part.value, further);
  const dir = join(storeDirectory(), keyOf(tree));
  if (existsSync(join(dir, 'release'))) return ok(filesIn(dir));
  const plain = join(storeDirectory(), keyOf({ ...tree, overlay: new Map() }));
  const work = `${dir}.new-${process.pid}`;
  const free = (): void => rmSync(work, { recursive: true, force: true });
  process.on('exit', free);
  try {
    if (existsSync(join(plain, 'release'))) {
      await run('cp', ['-a', plain, work], toolMsMax);
      rmSync(join(work, 'release'));
    } else {
      mkdirSync(work, { recursive: true });
      copyPart(tree, part.value, work);
    }
    overlayPart(tree, work);
    const built = await makeKernel(tree, work, say);
    if (!built.ok) return built;
    // Another one may have been faster.
    if (!existsSync(dir)) renameSync(work, dir);
    return ok(filesIn(dir));
  } finally {
    free();
    process.removeListener('exit', free);
  }
}

/** What boots, and what modules are built with, in @dir. */
function filesIn(dir: string): KernelFiles {
  return {
    release: readFileSync(join(dir, 'release'), 'utf8').trim(),
    image: join(dir, 'arch/arm64/boot/Image'),
    headers: dir,
    make: ['ARCH=arm64', 'CROSS_COMPILE=aarch64-linux-gnu-'],
    isStock: false,
  };
}

async function makeKernel(
  { dir, version }: KernelTree,
  work: string,
  say: (text: string) => void,
): Promise<Result<null, UserError>> {
  const log = join(dirname(work), 'build.log');
  const make = (args: readonly string[]): Promise<ToolRun> =>
    run('make', ['-C', work, ...args], buildMsMax, environment);
  const failed = (what: string, { text }: ToolRun): Result<null, UserError> => {
    writeFileSync(log, text);
    const because = /^.*(?:error:|Error \d|No rule).*$/m.exec(text)?.[0]?.trim() ?? 'make failed';
    return fail('RW504', `${dir} (${version}): ${what}: ${because}`, `see ${log}`);
  };
  const asked = guestFile(config);
  // Not in the copy of the tree: nothing of it would be built anew for it.
  const wanted = `${work}.config`;
  writeFileSync(wanted, asked);
  const chosen = await make([`KCONFIG_ALLCONFIG=${wanted}`, 'allnoconfig']);
  rmSync(wanted);
  if (chosen.code !== 0) return failed('it is not configured', chosen);
  const got = readFileSync(join(work, '.config'), 'utf8').split('\n');
  const lack = asked.split('\n').find((line) => line.startsWith('CONFIG_') && !got.includes(line));
  if (lack !== undefined) {
    return fail('RW504', `${dir} (${version}) has no ${lack}`, 'give a tree of another kernel');
  }
  const jobs = availableParallelism();
  say(`build ${version} in ${work}, with ${jobs} jobs: minutes, the first time`);
  const built = await make([`-j${jobs}`, 'Image', 'modules']);
  if (built.code !== 0) return failed('it does not build', built);
  const release = readFileSync(join(work, 'include/config/kernel.release'), 'utf8');
  writeFileSync(join(work, 'release'), release);
  return ok(null);
}
