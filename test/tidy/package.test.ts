// SPDX-License-Identifier: GPL-2.0-only
// What the package says of itself, what is packed, and the example at the head of its module.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, expect, test } from 'vitest';
import { root } from './sources.ts';

// Below the checkout, so that what is not bundled is found in node_modules.
mkdirSync(path.join(root, 'out'), { recursive: true });
const dir = mkdtempSync(path.join(root, 'out', 'example-'));
afterAll(() => rmSync(dir, { recursive: true }));

const text = readFileSync(path.join(root, 'package.json'), 'utf8');
const manifest = JSON.parse(text) as {
  man: string[];
  files: string[];
  exports: Record<string, string | Record<string, string>>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};

test('no build stamp and no source map is packed, and every data folder is', () => {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const done = spawnSync('npm', args, { cwd: root, encoding: 'utf8' });
  expect(done.status, done.stderr).toBe(0);
  const [packed] = JSON.parse(done.stdout) as [{ files: { path: string }[] }];
  const paths = packed.files.map((f) => f.path);
  expect(paths.filter((p) => /\.map$|\.tsbuildinfo$|\.racewindow-|^test\//.test(p))).toEqual([]);
  for (const name of manifest.files.filter((f) => f !== 'dist' && !f.startsWith('!'))) {
    expect(paths.filter((p) => p.startsWith(`${name}/`)).length, name).toBeGreaterThan(0);
  }
  // What files.ts looks for beside the compiled modules.
  for (const name of ['shim', 'scene', 'process']) {
    expect(
      paths.some((p) => p.startsWith(`src/realc/build/${name}/`)),
      name,
    ).toBe(true);
  }
});

test('the man page is a list, as npm wants it, and is there', () => {
  expect(manifest.man).toEqual(['./docs/racewindow.1']);
  for (const page of manifest.man) expect(existsSync(path.join(root, page))).toBe(true);
});

test('every export has its source, and versions are pinned', () => {
  expect(Object.keys(manifest.exports)).toEqual(expect.arrayContaining(['.', './package.json']));
  for (const [name, target] of Object.entries(manifest.exports)) {
    if (typeof target === 'string') continue;
    const source = target['racewindow-src']!;
    expect(existsSync(path.join(root, source)), name).toBe(true);
    const built = source.replace('./src/', './dist/').replace(/\.ts$/, '');
    expect([target['types'], target['default']]).toEqual([`${built}.d.ts`, `${built}.js`]);
  }
  const { dependencies, devDependencies } = manifest;
  for (const version of Object.values({ ...dependencies, ...devDependencies })) {
    expect(version).toMatch(/^\d/);
  }
});

test('the example at the head of the module finds the race', async () => {
  const head = readFileSync(path.join(root, 'src/questions/index.ts'), 'utf8').split(
    '\nimport ',
  )[0]!;
  const code = [...head.matchAll(/^\/\/ {3}(.*)$/gm)].map((m) => m[1]).join('\n');
  const outfile = path.join(dir, 'example.mjs');
  await build({
    stdin: { contents: code, resolveDir: root },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['racewindow-src'],
    external: ['piscina'],
    logLevel: 'silent',
  });
  const done = spawnSync(process.execPath, [outfile], { cwd: root, encoding: 'utf8' });
  expect(done.stderr).toBe('');
  expect(done.stdout).toMatch(/probe/);
});
