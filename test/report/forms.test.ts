// SPDX-License-Identifier: GPL-2.0-only
// JUnit, KTAP and SARIF: read back by parsers that others have written, whatever names stand in it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import fc from 'fast-check';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import { applyBaseline, askedOf, knownOf } from '#finding/baseline';
import type { Finding } from '#finding/finding';
import { type CheckReport, outcomes, type Verdict } from '#finding/report';
import type { SweepReport } from '#finding/sweep';
import { defaultCheck } from '#questions/check';
import { junitXml } from '#report/junit';
import { ktapText } from '#report/ktap';
import { checkResults, sweepResults, type TestSuite } from '#report/results';
import { sarifJson } from '#report/sarif';
import { sweepSarif } from '#report/sweep-sarif';
import { treeOf } from '../realc/helpers.ts';
import { exampleReport, replayDuringRegister } from './example.ts';

const gpu = '3d00000.gpu';
const rules = [
  { id: 'P1', name: 'no-late-probe', rule: 'no late probe' },
  { id: 'P3', name: 'ready-before-probe', rule: 'ready before probe' },
];
const asked = askedOf(defaultCheck, 'exhaustive');

/** What a limit, a rule that was not reached and one that holds look like together. */
const mixed: CheckReport = {
  ...exampleReport,
  verdicts: [
    { property: 'P1', outcome: 'violated', devices: [gpu] },
    { property: 'P1', outcome: 'holds', devices: ['a.usb'] },
    { property: 'P3', outcome: 'bounded', devices: [gpu] },
    { property: 'P3', outcome: 'not reached', devices: ['a.usb'], reason: 'no run came to: it' },
    { property: 'P3', outcome: 'n.a.', devices: ['b.usb'] },
  ],
};

/** Results of @report as "rule device result". */
function resultsOf(report: CheckReport, options = {}): string[] {
  const { groups } = checkResults(report, options);
  return groups.flatMap((g) => g.cases.map((c) => `${g.name} ${c.name} ${c.result}`));
}

describe('results', () => {
  test('pass where a rule holds, and nowhere else', () => {
    expect(resultsOf(mixed)).toEqual([
      `P1 ${gpu} fail`,
      'P1 a.usb pass',
      `P3 ${gpu} skip`,
      'P3 a.usb skip',
      'P3 b.usb skip',
    ]);
    const anyVerdict = fc.record<Verdict>({
      property: fc.constantFrom('P1', 'P3'),
      outcome: fc.constantFrom(...outcomes),
      devices: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 }),
    });
    fc.assert(
      fc.property(fc.array(anyVerdict), (verdicts) => {
        for (const { name: id, cases } of checkResults({ ...mixed, verdicts }).groups) {
          for (const { name, result, reason } of cases) {
            const mine = verdicts.filter((v) => v.property === id && v.devices.includes(name));
            expect(result === 'pass').toBe(mine.every((v) => v.outcome === 'holds'));
            expect(result === 'fail').toBe(mine.some((v) => v.outcome === 'violated'));
            expect(result === 'pass' || reason !== undefined).toBe(true);
          }
        }
      }),
    );
  });

  test('do not fail by what a baseline knows', () => {
    const known = { asked, findings: [knownOf(replayDuringRegister)] };
    const baseline = applyBaseline(mixed, known, asked);
    expect(resultsOf(mixed, { baseline })[0]).toBe(`P1 ${gpu} skip`);
    const none = applyBaseline(mixed, { asked, findings: [] }, asked);
    expect(resultsOf(mixed, { baseline: none })[0]).toBe(`P1 ${gpu} fail`);
  });

  test('say that a board without clients was not checked', () => {
    const nothing = { because: ['no client'], hint: 'none' };
    expect(resultsOf({ ...mixed, nothing })).toEqual(['board laptop.dtb skip']);
  });

  test('of a sweep have an error for what could not be read', () => {
    const [suite] = sweepResults(swept);
    expect(suite!.groups.map((g) => g.cases.map((c) => `${g.name} ${c.name} ${c.result}`))).toEqual(
      [['a.dtb P1 fail', 'a.dtb P3 skip'], ['b.dtb board skip'], ['c.dtb read error']],
    );
    expect(suite!.groups[0]!.cases[0]!.reason).toBe(`C09/P1 on ${gpu}`);
  });
});

/** A sweep of a board, one that was not come to, and one that cannot be read. */
const swept: SweepReport = {
  tool: { name: 'racewindow', version: '0.1.0', format: 'racewindow/sweep@1' },
  kernels: [{ name: '7.2', commits: [], userFixes: [] }],
  complete: false,
  boards: [
    {
      name: 'a.dtb',
      answers: [
        {
          verdicts: mixed.verdicts,
          breaks: [{ window: 'C09', property: 'P1', devices: [gpu] }],
          bounded: [],
          nothing: false,
        },
      ],
    },
    { name: 'b.dtb', answers: [null] },
  ],
  unread: [{ name: 'c.dtb', code: 'RW010', message: 'c.dtb is empty' }],
};

/** Names as no board should have them. */
const hostile = fc.oneof(
  fc.constantFrom('a # SKIP b', 'not ok 1 x', '1..3', ']]>', '<a b="c">&', 'KTAP version 1', '#'),
  fc.string({ unit: 'binary', maxLength: 12 }).map((text) => `n${text}`),
);
const anySuite: fc.Arbitrary<TestSuite> = fc.record({
  name: hostile,
  groups: fc.array(
    fc.record({
      name: hostile,
      cases: fc.array(
        fc.record({
          name: hostile,
          result: fc.constantFrom('pass', 'fail', 'skip', 'error'),
          reason: hostile,
          kind: hostile,
          detail: fc.array(hostile, { maxLength: 2 }),
        }),
        { minLength: 1, maxLength: 4 },
      ),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});

describe('JUnit', () => {
  const parser = new XMLParser({
    ignoreAttributes: false,
    isArray: (name) => ['testsuite', 'testcase'].includes(name),
  });

  test('is well-formed and has each case once, whatever its name', () => {
    fc.assert(
      fc.property(anySuite, (suite) => {
        const xml = junitXml([suite]);
        expect(XMLValidator.validate(xml)).toBe(true);
        const { testsuites } = parser.parse(xml);
        const cases = suite.groups.flatMap((g) => g.cases);
        expect(testsuites['@_tests']).toBe(String(cases.length));
        const read = testsuites.testsuite.flatMap((s: { testcase: object[] }) => s.testcase);
        const kinds = read.map((c: object) =>
          'failure' in c ? 'fail' : 'error' in c ? 'error' : 'skipped' in c ? 'skip' : 'pass',
        );
        expect(kinds).toEqual(cases.map((c) => c.result));
      }),
    );
  });

  test('has the run of a finding in its failure', () => {
    const xml = junitXml([checkResults(mixed)]);
    expect(xml).toContain('failures="1" errors="0" skipped="3"');
    expect(xml).toContain('breaks P1: ');
    expect(xml).not.toContain('time=');
  });
});

const parserTree = treeOf('7.2');
const kunit = parserTree && path.join(parserTree, 'tools/testing/kunit');
const python = spawnSync('python3', ['--version']).status === 0;
const canParse = python && kunit !== null && existsSync(path.join(kunit, 'kunit_parser.py'));
if (!canParse) {
  process.stderr.write('NOT COVERED: KTAP by the parser of the kernel: no python3, or no tree\n');
}

/** Reads documents with a NUL between them; prints the results of all tests, one JSON each. */
const reader = `
import io, json, sys
import kunit_parser
from kunit_printer import Printer
def told(t):
    return [t.name, t.status.name, t.counts.errors, [told(s) for s in t.subtests]]
for text in sys.stdin.read().split('\\0'):
    test = kunit_parser.parse_run_tests(text.split('\\n'), Printer(io.StringIO()))
    print('RESULT', json.dumps([test.counts.errors, [told(s) for s in test.subtests]]))
`;

type Told = [name: string, status: string, errors: number, subtests: Told[]];

function parseKtap(texts: readonly string[]): [errors: number, tests: Told[]][] {
  const env = { ...process.env, PYTHONPATH: kunit ?? '', PYTHONDONTWRITEBYTECODE: '1' };
  const ran = spawnSync('python3', ['-c', reader], {
    input: texts.join('\0'),
    env,
    encoding: 'utf8',
  });
  expect(ran.stderr).toBe('');
  // The parser itself writes there, too.
  return [...ran.stdout.matchAll(/^RESULT (.*)$/gm)].map(([, json]) => JSON.parse(json!));
}

describe('KTAP', () => {
  test.skipIf(!canParse)('is read by the parser of the kernel, whatever its names', () => {
    const suites = [checkResults(mixed), ...fc.sample(anySuite, { numRuns: 200, seed: 7 })];
    const texts = suites.map((suite) => ktapText([suite]).replaceAll('\0', ''));
    const read = parseKtap(texts);
    expect(read).toHaveLength(suites.length);
    const words = { pass: 'SUCCESS', fail: 'FAILURE', error: 'FAILURE', skip: 'SKIPPED' };
    for (const [i, { groups }] of suites.entries()) {
      const [errors, tests] = read[i]!;
      expect(errors, texts[i]).toBe(0);
      const cases = tests.flatMap(([, , , inner]) => inner.map(([, , , c]) => c.map((x) => x[1])));
      expect(cases, texts[i]).toEqual(groups.map((g) => g.cases.map((c) => words[c.result])));
    }
  });

  test('counts what it announces', () => {
    const text = ktapText([checkResults(mixed)]);
    expect(text.split('\n').filter((line) => !/^ *# \|/.test(line))).toEqual([
      'KTAP version 1',
      '1..1',
      '  KTAP version 1',
      '  # Subtest: laptop.dtb under 6.15.0',
      '  1..2',
      '    KTAP version 1',
      '    # Subtest: P1',
      '    1..2',
      `    not ok 1 ${gpu}`,
      '    ok 2 a.usb',
      '  not ok 1 P1',
      '    KTAP version 1',
      '    # Subtest: P3',
      '    1..3',
      `    ok 1 ${gpu} # SKIP bounded: a limit was hit first`,
      '    ok 2 a.usb # SKIP not reached: no run came to: it',
      '    ok 3 b.usb # SKIP n.a.',
      '  ok 2 P3 # SKIP nothing in it was decided',
      'not ok 1 laptop.dtb under 6.15.0',
      '',
    ]);
  });
});

/** The schema of OASIS, as a package has it, by the validator that this package comes with. */
function sarifErrors(log: unknown): unknown {
  const own = createRequire(import.meta.url);
  const theirs = createRequire(own.resolve('@microsoft/jest-sarif/package.json'));
  const Ajv = theirs('ajv');
  const ajv = new Ajv({ schemaId: 'auto', unknownFormats: 'ignore' });
  ajv.addMetaSchema(theirs('ajv/lib/refs/json-schema-draft-04.json'));
  const validate = ajv.compile(theirs('./lib/schemas/sarif-2.1.0-rtm.5.json'));
  return validate(log) ? null : validate.errors;
}

describe('SARIF', () => {
  const functions = { really_probe: { file: 'drivers/base/dd.c', line: 582 } };
  const placed: Finding = { ...replayDuringRegister, places: { release: '6.15.0', functions } };
  const read = (
    report: CheckReport,
    baseline = applyBaseline(report, { asked, findings: [] }, asked),
  ) => JSON.parse(sarifJson(report, { rules, exitCode: 1, baseline })).runs[0];

  test('is what its schema says, with and without places and a baseline', () => {
    const gone = { asked, findings: [{ property: 'P1', window: 'C10', class: 'x' }] };
    const whole = { ...mixed, coverage: { ...mixed.coverage, bounded: [] } };
    const all = { ...whole, findings: [placed, { ...replayDuringRegister, class: 'y' }] };
    for (const baseline of [null, applyBaseline(all, gone, asked)]) {
      const log = JSON.parse(sarifJson(all, { rules, exitCode: 1, baseline }));
      expect(sarifErrors(log)).toBeNull();
    }
    expect(sarifErrors({ version: '2.1.0', runs: [{}] })).not.toBeNull();
    expect(
      read(all, applyBaseline(all, gone, asked)).results.map(
        (r: { baselineState: string }) => r.baselineState,
      ),
    ).toEqual(['new', 'new', 'absent', 'new', 'new', 'new']);
  });

  test('tells file and line where they are known, and else that they are not', () => {
    const [first] = read({ ...mixed, findings: [placed] }).results;
    expect(first).toMatchObject({ ruleId: 'P1', ruleIndex: 0, kind: 'fail' });
    expect(first.locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: 'drivers/base/dd.c', uriBaseId: 'SRCROOT' },
      region: { startLine: 582 },
    });
    expect(first.locations[0].message.text).toBe('in really_probe(), which begins here');
    const bare = read(mixed);
    expect(JSON.stringify(bare)).not.toContain('physicalLocation');
    expect(bare.originalUriBaseIds).toBeUndefined();
    expect(JSON.stringify(bare.invocations)).toContain('file and line are left out');
  });

  test('has the line of an access in the C of a kernel', () => {
    const source = { files: {}, compiler: 'c', image: 'i', reverts: 0, points: [] };
    const trace = placed.trace.map((s) => ({ ...s, file: 'drivers/iommu/iommu.c', line: 42 }));
    const [first] = read({ ...mixed, findings: [{ ...placed, source, trace }] }).results;
    expect(first.locations[0].physicalLocation.region).toEqual({ startLine: 42 });
    expect(first.locations[0].message).toBeUndefined();
  });

  test('has what was not decided as open, never as nothing', () => {
    const { results } = read(mixed);
    expect(results.slice(1).map((r: { kind: string; level: string }) => [r.kind, r.level])).toEqual(
      [
        ['open', 'none'],
        ['open', 'none'],
        ['notApplicable', 'none'],
      ],
    );
  });

  test('has a fingerprint that stays', () => {
    const [first] = read(mixed).results;
    const other = read({ ...mixed, findings: [{ ...replayDuringRegister, schedule: 'x' }] });
    expect(other.results[0].partialFingerprints).toEqual(first.partialFingerprints);
    expect(first.partialFingerprints).toEqual({
      'racewindow/v1': '85805009de766e670347f0cefcfb29bf0cd7f6d7d79a2d46eb69da50ecacc92e',
    });
  });

  test('of a sweep stands at the boards, and nothing passes in it', () => {
    const log = JSON.parse(sweepSarif(swept, { rules, exitCode: 1 }));
    expect(sarifErrors(log)).toBeNull();
    const [{ results, invocations }] = log.runs;
    const told = results.map((r: { kind: string; ruleId?: string; locations: unknown[] }) => {
      const [at] = r.locations as [{ physicalLocation: { artifactLocation: { uri: string } } }];
      return `${at.physicalLocation.artifactLocation.uri} ${r.ruleId ?? '-'} ${r.kind}`;
    });
    expect(told).toEqual([
      'a.dtb P1 fail',
      'a.dtb P3 open',
      'a.dtb P3 open',
      'a.dtb P3 notApplicable',
      'b.dtb - open',
    ]);
    expect(results[0].locations[0].logicalLocations).toEqual([{ name: gpu, kind: 'device' }]);
    expect(JSON.stringify(invocations)).toContain('c.dtb was not read: RW010');
  });
});
