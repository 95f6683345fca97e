// SPDX-License-Identifier: GPL-2.0-only
// Finds or installs the compiler (@yowasp/clang) and the optimiser (binaryen).

import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { SourceError } from './errors.ts';

/** The exact packages this part is tested with. */
export const TOOLCHAIN = { '@yowasp/clang': '22.0.0-git20542-10', binaryen: '132.0.0' } as const;

const SETUP_HINT = 'run `racewindow source setup` (about 50 MB), or give --cc clang';

/** Where builds and the toolchain are kept between runs. */
export function defaultCacheDir(): string {
  const xdg = process.env['XDG_CACHE_HOME'];
  return join(xdg && xdg !== '' ? xdg : join(homedir(), '.cache'), 'racewindow');
}

/** Path of a package's module entry, from node_modules or from the cache; null if not there. */
function locate(name: keyof typeof TOOLCHAIN, entry: string, cacheDir: string): string | null {
  const bases = createRequire(import.meta.url).resolve.paths(name) ?? [];
  for (const base of [...bases, join(cacheDir, 'toolchain/node_modules')]) {
    const manifest = join(base, name, 'package.json');
    if (!existsSync(manifest)) continue;
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
    if (version === TOOLCHAIN[name]) return join(base, name, entry);
  }
  return null;
}

export interface Toolchain {
  /** Name of the compiler, part of every cache key. */
  readonly id: string;
  /** Native clang command, or null for @yowasp/clang. */
  readonly nativeClang: string | null;
  /** Entry of @yowasp/clang; null with a native clang. */
  readonly clangEntry: string | null;
  readonly binaryenEntry: string;
}

/** The toolchain, ready to use; throws RW300 where a part is missing. */
export async function findToolchain(cc: string | null, cacheDir: string): Promise<Toolchain> {
  const binaryenEntry = locate('binaryen', 'index.js', cacheDir);
  if (!binaryenEntry) {
    throw new SourceError('RW300', 'the toolchain is not installed: binaryen', SETUP_HINT);
  }
  if (cc !== null) {
    const version = await promisify(execFile)(cc, ['--version']).then(
      (r) => r.stdout.split('\n')[0]!,
      () => null,
    );
    if (version === null) {
      throw new SourceError('RW300', `no compiler runs as ${cc}`, 'give --cc a clang 17 or later');
    }
    return { id: `native ${version}`, nativeClang: cc, clangEntry: null, binaryenEntry };
  }
  const clangEntry = locate('@yowasp/clang', 'gen/bundle.js', cacheDir);
  if (!clangEntry) {
    throw new SourceError('RW300', 'the toolchain is not installed: @yowasp/clang', SETUP_HINT);
  }
  const id = `yowasp ${TOOLCHAIN['@yowasp/clang']}`;
  return { id, nativeClang: null, clangEntry, binaryenEntry };
}

interface SetupResult {
  readonly installed: boolean;
  /** Folder that holds the packages, or null where node_modules has them. */
  readonly dir: string | null;
}

/** Install the toolchain with npm into the cache, unless it is there. */
export async function setupToolchain(
  cacheDir: string = defaultCacheDir(),
  onProgress: (line: string) => void = () => undefined,
): Promise<SetupResult> {
  const have =
    locate('@yowasp/clang', 'gen/bundle.js', cacheDir) && locate('binaryen', 'index.js', cacheDir);
  if (have) return { installed: false, dir: null };
  const dir = join(cacheDir, 'toolchain');
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'package.json'), '{ "private": true }\n');
  const specs = Object.entries(TOOLCHAIN).map(([name, version]) => `${name}@${version}`);
  onProgress(`npm install ${specs.join(' ')}`);
  const npm = spawn('npm', ['install', '--no-audit', '--no-fund', '--no-save', ...specs], {
    cwd: dir,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  npm.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const code = await new Promise<number | null>((done) => {
    npm.on('error', () => done(null));
    npm.on('close', done);
  });
  if (code !== 0) {
    const why = errors.split('\n').find((l) => /error/i.test(l)) ?? `npm ended with ${code}`;
    throw new SourceError('RW301', `npm cannot install the toolchain: ${why}`, 'see the npm log');
  }
  return { installed: true, dir };
}

/** Import a module by file path. */
export const importPath = (path: string): Promise<Record<string, unknown>> =>
  import(pathToFileURL(path).href) as Promise<Record<string, unknown>>;
