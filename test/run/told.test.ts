// SPDX-License-Identifier: GPL-2.0-only
// What is told of a finding is what this version knows, whatever its file says.
import { beforeAll, expect, test } from 'vitest';
import { rerun } from '#cli/rerun';
import { incoherence } from '#finding/coherent';
import type { Finding } from '#finding/finding';
import { findingJson } from '#report/json';
import { parseDocument } from '#report/validate';
import { asFound, type OurWords, retold } from '#run/told';
import { laptopFindings } from '../support/laptop-findings.ts';

let findings: readonly Finding[];
beforeAll(async () => {
  findings = (await laptopFindings('7.2.y', ['C10'])).map(({ alike: _, ...finding }) => finding);
});

test('a finding that nobody has touched is told as it was', () => {
  expect(findings.length).toBeGreaterThan(0);
  for (const finding of findings) {
    const read = JSON.parse(findingJson(finding)) as Finding;
    const { finding: told, remarks } = retold(read);
    expect(remarks).toEqual([]);
    expect(told).toEqual(read);
    expect(incoherence(read)).toBeNull();
  }
});

test('what a file has changed is told as this version has it, and that is remarked', () => {
  const [finding] = findings;
  const changes: Required<{ [K in keyof OurWords]: OurWords[K] }> = {
    ...{ rule: 'x', symptom: 'x', harm: 'order', consequence: 'x', since: 'x' },
    ...{ fixes: ['x'], closers: ['x'], links: ['x'], assumed: ['x'], threads: ['x'] },
    roles: [{ thread: 'x', role: 'x' }],
    places: { release: 'x', functions: {} },
  };
  for (const [key, value] of Object.entries(changes)) {
    const { finding: told, remarks } = retold({ ...finding!, [key]: value });
    expect(told).toEqual(finding);
    expect(remarks).toEqual([expect.stringContaining(`the file says otherwise of: ${key};`)]);
  }
});

test('why it is no other window is not taken from a file: a run tells it', () => {
  const forged = [{ window: 'C09', because: 'the file says so' }];
  expect(retold({ ...findings[0]!, alike: forged })).toEqual({ finding: findings[0], remarks: [] });
  const again = rerun({ ...findings[0]!, alike: forged }, false, true);
  const windows = again.ok ? again.value.alike!.map(({ window }) => window) : [];
  expect(windows).toContain('C09');
  expect(JSON.stringify(again)).not.toContain('the file says so');
});

test('what a file says of boot options stays its own word; a check made here is believed', () => {
  const avoided = [{ what: 'quiet', prevents: 'yes', because: '' }] as const;
  const given = { ...findings[0]!, avoided };
  expect(retold(given)).toEqual({ finding: findings[0], remarks: [], filed: avoided });
  expect(asFound(given)).toEqual({ finding: given, remarks: [] });
});

test('what an older file does not say is filled in, and no remark is made of it', () => {
  const { harm, consequence, since, closers, places, ...rest } = findings[0]!;
  const { finding: told, remarks } = retold({ ...rest, roles: [] });
  expect(told).toEqual(findings[0]);
  expect(remarks).toEqual([]);
  expect([harm, consequence, since, closers, places]).not.toContain(undefined);
});

test('of a rule or a window that is not known the words are those of the file', () => {
  const [finding] = findings;
  const rule = retold({ ...finding!, property: 'P99', rule: 'be kind' });
  expect([rule.finding.rule, rule.remarks]).toEqual([
    'be kind',
    [expect.stringContaining('P99 is no rule that version')],
  ]);
  const { remarks } = retold({ ...finding!, window: 'C99' });
  expect(remarks).toEqual([expect.stringContaining('C99 is no window that version')]);
});

test('a step that the trace does not have is refused wherever it is named', () => {
  const finding = findings.find((f) => f.why?.pair && f.why.window && f.why.odds.exact)!;
  const { length } = finding.trace;
  const { why } = finding;
  const { odds, pair, window } = why!;
  const refused: [string, Partial<Finding>][] = [
    ['/trace has no step', { trace: [] }],
    ['/deciding', { deciding: length }],
    ['/failure/step', { failure: { ...finding.failure!, step: length } }],
    ['/why/window/opens', { why: { ...why!, window: { ...window!, opens: length } } }],
    ['/why/window/closes', { why: { ...why!, window: { ...window!, closes: length } } }],
    ['/why/pair/victim', { why: { ...why!, pair: { ...pair!, victim: length } } }],
    ['/why/pair/intruder', { why: { ...why!, pair: { ...pair!, intruder: length } } }],
    ['/why/odds/noReturn', { why: { ...why!, odds: { ...odds, noReturn: length } } }],
    ['/why/odds/after has 1 chances', { why: { ...why!, odds: { ...odds, after: [1] } as never } }],
    [
      '/why/alternatives/0/step',
      { why: { ...why!, alternatives: why!.alternatives.map((a) => ({ ...a, step: length })) } },
    ],
    [
      '/why/blocked/0/to',
      { why: { ...why!, blocked: why!.blocked.map((b) => ({ ...b, to: length + 1 })) } },
    ],
  ];
  for (const [where, change] of refused) {
    const read = parseDocument(findingJson({ ...finding, ...change }), 'f.json');
    expect([where, !read.ok && read.error.code]).toEqual([where, 'RW071']);
    expect(!read.ok && read.error.message).toContain(where);
  }
});
