// SPDX-License-Identifier: GPL-2.0-only
// Ctrl-C in a check: what was found so far is told and kept; a second one ends it at once.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { must } from '#base/assert';
import type { CheckReport } from '#finding/report';
import type { Strategy } from '#finding/strategy';
import { findRevision } from '#kernel/index';
import { checkWorld, isInterrupted } from '#run/check-world';
import { journalFault } from '#run/journal';
import { handWorlds } from '#worlds/hand';
import { scratch } from './fake.ts';

const line = 'check examples/boards/laptop.dtb --kernel 6.15.0 --device 3d00000.gpu --jobs 1';

/** A check that is under way: its first world is done, which its journal in @dir tells. */
async function underWay(dir: string, ...more: string[]) {
  const journal = path.join(dir, 'journal');
  const argv = [path.resolve('dist/cli/main.js'), ...line.split(' '), '--resume', journal, ...more];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  const told = { out: '', err: '' };
  child.stdout.on('data', (part) => {
    told.out += part;
  });
  child.stderr.on('data', (part) => {
    told.err += part;
  });
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const isBegun = () => existsSync(journal) && readFileSync(journal, 'utf8').includes('\n');
  while (!isBegun() && child.exitCode === null) await sleep(5);
  return { child, ended, told, journal };
}

test('Ctrl-C tells and keeps what was found, and calls nothing a pass that is not', async () => {
  const dir = await scratch();
  const out = path.join(dir, 'out');
  const known = path.join(dir, 'known.json');
  const more = ['--format', 'json', '--out', out, '--write-baseline', known];
  const { child, ended, told, journal } = await underWay(dir, ...more);
  child.kill('SIGINT');
  expect(await ended).toEqual({ code: 130, signal: null });
  expect(told.err).toBe('interrupted: this is what was found so far; no baseline was written\n');
  expect(existsSync(known)).toBe(false);
  const report = JSON.parse(told.out) as CheckReport;
  const [limit] = report.coverage.bounded;
  expect(limit).toMatchObject({ limit: 'interrupted', flag: '--resume' });
  expect(report.findings.length).toBeGreaterThan(0);
  expect(readdirSync(out)).toHaveLength(report.findings.length);
  expect(report.verdicts.map((v) => v.outcome)).not.toContain('holds');
  // The journal has what was done, and nothing that was cut short.
  expect(journalFault(journal)).toBeNull();
  const lines = readFileSync(journal, 'utf8').trimEnd().split('\n');
  for (const kept of lines) expect(isInterrupted(JSON.parse(kept).outcome)).toBe(false);
});

test('a second Ctrl-C ends it at once', async () => {
  const { child, ended, told } = await underWay(await scratch());
  while (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGINT');
    await sleep(1);
  }
  const { signal } = await ended;
  expect([signal, told.out]).toEqual(['SIGINT', '']);
});

test('a search that is stopped has what it found, and its limit', () => {
  const revision = findRevision('6.15.0');
  if (!revision.ok) throw new Error('no such kernel');
  const { world } = must(handWorlds()[0], 'there are worlds');
  const asked = { properties: null, statesMax: null, timeMaxMs: null };
  const strategies: readonly Strategy[] = [
    { kind: 'exhaustive' },
    { kind: 'none' },
    { kind: 'source-dpor' },
    { kind: 'bound', preemptions: 2 },
    { kind: 'delay', delays: 3 },
    { kind: 'sample', runs: 5000, seed: 1 },
  ];
  for (const strategy of strategies) {
    const task = { ...asked, strategy };
    let looks = 0;
    const outcome = checkWorld(world, revision.value, task, { stopped: () => looks++ > 2 });
    const limits = outcome.bounded.map(({ limit }) => limit);
    expect(limits, strategy.kind).toContain('interrupted');
    const never = checkWorld(world, revision.value, task, { stopped: () => true });
    expect(never).toMatchObject({ states: 0, findings: [], bounded: [{ limit: 'interrupted' }] });
  }
});
