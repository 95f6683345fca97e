// SPDX-License-Identifier: GPL-2.0-only
// A finding that comes by mail runs nothing of its own unless its reader says so.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { realPipeline } from '#cli/wiring';
import { findingJson } from '#report/json';
import { replayDuringRegister } from '../report/example.ts';
import { run } from './fake.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'racewindow-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const source = 'globalThis.ranFromAFinding = true; module.exports.default = {};';
const sha256 = createHash('sha256').update(source).digest('hex');
const marks = globalThis as { ranFromAFinding?: boolean };
beforeEach(() => {
  delete marks.ranFromAFinding;
});

/** A finding that brings a script, as it is written today and as it was in format 1. */
const finding2 = {
  ...replayDuringRegister,
  revision: { ...replayDuringRegister.revision, userFixes: [{ name: 'x', sha256 }] },
  code: [{ name: 'x', sha256, source }],
};
const {
  code: _,
  producer: __,
  roles: ____,
  harm: _h,
  consequence: _c,
  since: _s,
  ...rest
} = finding2;
const finding1 = {
  ...rest,
  format: 'racewindow/finding@1',
  revision: { ...rest.revision, userFixes: [{ name: 'x', sha256, source }] },
};
const files = { 'of format 1': JSON.stringify(finding1), 'of today': findingJson(finding2) };

for (const [which, text] of Object.entries(files)) {
  const file = path.join(dir, `${which}.json`);
  writeFileSync(file, text);

  test(`a finding ${which} runs no code that it brings with it`, async () => {
    const { code, err } = await run(['replay', file], { pipeline: realPipeline() });
    expect(code).toBe(2);
    expect(err).toMatch(/^RW077: [^\n]*\n {2}hint: [\s\S]*--trust-fixes/);
    expect(marks.ranFromAFinding).toBe(undefined);
  });

  test(`a finding ${which} runs it where --trust-fixes says so`, async () => {
    const { err } = await run(['replay', file, '--trust-fixes'], { pipeline: realPipeline() });
    expect(err).toMatch(/^RW056/);
    expect(marks.ranFromAFinding).toBe(true);
  });
}

test('a finding without the code of its fix says that it has none', async () => {
  const file = path.join(dir, 'without.json');
  const { code: ___, ...without } = finding2;
  writeFileSync(file, findingJson(without));
  const { err } = await run(['replay', file, '--trust-fixes'], { pipeline: realPipeline() });
  expect(err).toContain('does not hold the code of x');
});
