// SPDX-License-Identifier: GPL-2.0-only
// What a baseline knows, what is new against it, and what is gone.
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { applyBaseline, askedOf, knownOf, partFindings } from '#finding/baseline';
import type { CheckReport } from '#finding/report';
import { defaultCheck } from '#questions/check';
import { exitCodeOf } from '#report/exit';
import { reportJson } from '#report/json';
import { textReport } from '#report/text';
import { run, scratch, scratchFile } from '../cli/fake.ts';
import { exampleReport, replayDuringRegister } from './example.ts';

const asked = askedOf(defaultCheck, 'exhaustive');
const other = { ...replayDuringRegister, id: 'x', class: 'pci', devices: ['0000:00:01.0'] };
const clean: CheckReport = {
  ...exampleReport,
  coverage: { ...exampleReport.coverage, bounded: [] },
  verdicts: [{ property: 'P1', outcome: 'holds', devices: ['a600000.usb'] }],
  findings: [],
};

describe('a finding', () => {
  test('that is known does not fail a check, a new one does', () => {
    const known = partFindings([replayDuringRegister], [replayDuringRegister]);
    expect(exitCodeOf({ ...clean, findings: [replayDuringRegister] }, known)).toBe(0);
    expect(exitCodeOf(exampleReport, known)).toBe(3);
    expect(exitCodeOf(clean, partFindings([other], [replayDuringRegister]))).toBe(1);
  });

  test('of an unknown window is only known with the very schedule', () => {
    const a = { ...replayDuringRegister, window: null };
    const b = { ...a, schedule: 'another' };
    expect(partFindings([b], [knownOf(a)]).fresh).toEqual([b]);
    expect(partFindings([a], [knownOf(a)]).known).toEqual([a]);
    expect(knownOf(replayDuringRegister)).not.toHaveProperty('schedule');
  });

  test('is gone only where all was asked again and no limit was hit', () => {
    const earlier = { asked, findings: [knownOf(other)] };
    expect(applyBaseline(clean, earlier, asked)).toMatchObject({ gone: [knownOf(other)] });
    const sure = (report: CheckReport, now = asked, then: typeof asked | null = asked) => {
      const { gone, unsure } = applyBaseline(report, { ...earlier, asked: then }, now);
      return gone.length > 0 ? 'gone' : unsure;
    };
    expect(sure(clean)).toBe('gone');
    expect(sure({ ...clean, coverage: exampleReport.coverage })).toBe('a limit was hit');
    expect(sure(clean, { ...asked, windows: ['C09'] })).toBe(
      'the baseline was asked something else',
    );
    expect(sure(clean, asked, null)).toBe('a report does not say what it was asked');
    expect(sure({ ...clean, findings: [other] })).toBeNull();
  });
});

test('the text tells what is new and what is gone, and counts what is known', () => {
  const report = { ...clean, findings: [replayDuringRegister, other] };
  const third = { property: 'P2', window: 'C10', class: 'amba' };
  const known = [knownOf(replayDuringRegister), third];
  const baseline = applyBaseline(report, { asked, findings: known }, asked);
  const text = textReport(report, { baseline });
  expect(text).toContain('baseline: 1 known finding, 1 new finding, 1 gone\n  gone: C10 P2 amba\n');
  expect(text).toMatch(/^C09 .* 2$/m);
  expect(text).not.toContain('3d00000.gpu and 1 more');
  expect(text).not.toContain('more finding');
});

describe('on the command line', () => {
  const check = async () => ({ ...clean, findings: [replayDuringRegister] });
  const written = async (): Promise<string> => {
    const file = `${await scratch()}/known.json`;
    const ran = await run(['check', '--write-baseline', file], { check });
    expect([ran.code, ran.err]).toEqual([1, '']);
    return file;
  };

  test('a baseline is some hundred bytes, and what it has is no failure', async () => {
    const file = await written();
    const text = await readFile(file, 'utf8');
    expect(text.length).toBeLessThan(1500);
    expect(text).not.toContain('trace');
    const again = await run(['check', '--baseline', file], { check });
    expect(again.code).toBe(0);
    expect(again.out).toContain('baseline: 1 known finding, 0 new findings, 0 gone');
    const data = await run(['check', '--baseline', file, '--format', 'sarif'], { check });
    expect(data.err).toBe('baseline: 1 known finding, 0 new findings, 0 gone\n');
    expect(JSON.parse(data.out).runs[0].results[0].baselineState).toBe('unchanged');
    const fewer = await run(['check', '--baseline', file], { check: async () => clean });
    expect(fewer.code).toBe(0);
    expect(fewer.out).toContain('  gone: C09 P1 ');
    const more = { check: async () => ({ ...clean, findings: [replayDuringRegister, other] }) };
    expect((await run(['check', '--baseline', file], more)).code).toBe(1);
  });

  test('a report stands for a baseline, of which nothing is gone', async () => {
    const report = await scratchFile('r.json', reportJson({ ...exampleReport, findings: [other] }));
    const ran = await run(['check', '--baseline', report], { check });
    expect(ran.code).toBe(1);
    expect(ran.out).toMatch(/whether\s+more\s+are\s+gone\s+is\s+not\s+known/);
  });

  test.each([
    ['kernel', { kernel: { name: '7.2', commits: [], userFixes: [] } }, 'kernel 7.2; this is'],
    ['commits', { kernel: { name: '6.15.0', commits: [], userFixes: [] } }, 'other commits'],
    ['board', { board: { name: 'acme,x', sha256: 'a'.repeat(64) } }, 'board acme,x; this is'],
    ['version', { producer: { name: 'racewindow', version: '9.9', model: null } }, 'version 9.9;'],
    ['model', { producer: { name: 'racewindow', version: '0.1.0', model: 'x' } }, 'model x of'],
  ])('another %s is refused', async (_, change, said) => {
    const file = JSON.parse(await readFile(await written(), 'utf8'));
    const changed = await scratchFile('other.json', JSON.stringify({ ...file, ...change }));
    const ran = await run(['check', '--baseline', changed], { check });
    expect([ran.code, ran.out]).toEqual([2, '']);
    expect(ran.err).toMatch(/^RW079: the baseline is of /);
    expect(ran.err).toContain(said);
  });

  test.each([
    ['{', 'RW070'],
    ['{}', 'RW071'],
    ['{"format":"racewindow/baseline@1","findings":[]}', 'RW071'],
  ])('what is none is refused: %s', async (text, code) => {
    const ran = await run(['check', '--baseline', await scratchFile('b.json', text)], { check });
    expect([ran.code, ran.err.slice(0, 5)]).toEqual([2, code]);
  });

  test('a baseline is no finding to be replayed', async () => {
    const ran = await run(['replay', await written()]);
    expect(ran.err).toMatch(/^RW071: .*a baseline, which does not\s+tell its findings/);
  });
});
