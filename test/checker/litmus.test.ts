// SPDX-License-Identifier: GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { check } from '../../src/checker/check.ts';
import { litmusScene, litmusTests } from '../../src/checker/litmus/shapes.ts';

describe('litmus tests', () => {
  for (const litmus of litmusTests) {
    for (const model of ['sc', 'tso', 'pso'] as const) {
      const allowed = litmus.allowed.includes(model);
      test(`${litmus.name} is ${allowed ? 'allowed' : 'forbidden'} under ${model}`, () => {
        const { outcome, findings } = check(litmusScene(litmus, model), { minimiseMax: 1000 });
        expect(findings.map((f) => f.report.property)).toEqual(allowed ? ['outcome'] : []);
        expect(outcome).toBe(allowed ? 'violated' : 'holds');
      });
    }
  }
});

const folder = fileURLToPath(new URL('../../src/checker/litmus/', import.meta.url));
const herd = spawnSync('herd7', ['-version'], { stdio: 'ignore' }).error === undefined;

describe.skipIf(!herd)('herd7 agrees with the files', () => {
  for (const name of readdirSync(folder).filter((f) => f.endsWith('.litmus'))) {
    test(name, () => {
      const [, expected] = /Result: (\w+)/.exec(readFileSync(`${folder}${name}`, 'utf8')) ?? [];
      const args = ['-model', 'lkmm', `${folder}${name}`];
      const { stdout } = spawnSync('herd7', args, { encoding: 'utf8' });
      expect(stdout).toContain(`Observation ${name.replace('.litmus', '')}`);
      expect(stdout).toContain(` ${expected} `);
    });
  }
});
