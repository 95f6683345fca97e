// SPDX-License-Identifier: GPL-2.0-only
// The published schemas: what they accept is what the types say, and nothing else gets in.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OpKind } from '#env/op';
import { findingJson, reportJson } from '#report/json';
import { parseDocument } from '#report/validate';
import { exampleReport, replayDuringRegister } from './example.ts';

type Json = Record<string, unknown>;

function code(text: string): string {
  const result = parseDocument(text, 'x.json');
  return result.ok ? 'ok' : `${result.error.code}: ${result.error.message}`;
}

/** The example as JSON, changed by @change. */
function changed(text: string, change: (data: Json) => void): string {
  const data = JSON.parse(text) as Json;
  change(data);
  return JSON.stringify(data);
}

const finding = findingJson(replayDuringRegister);
const report = reportJson(exampleReport);

describe('valid documents', () => {
  test('a finding comes back as it was written', () => {
    const result = parseDocument(finding, 'f.json');
    expect(result.ok && result.value.kind === 'finding' && result.value.finding).toEqual(
      replayDuringRegister,
    );
  });

  test('a report comes back as it was written', () => {
    const result = parseDocument(report, 'r.json');
    expect(result.ok && result.value.kind === 'report' && result.value.report).toEqual(
      exampleReport,
    );
  });

  test('a check of the generic worlds has no input', () => {
    expect(code(changed(report, (r) => Object.assign(r, { input: null })))).toBe('ok');
  });

  test('keys stand in the order of their types', () => {
    expect(Object.keys(JSON.parse(report) as Json)).toEqual([
      'tool',
      'kernel',
      'input',
      'coverage',
      'verdicts',
      'findings',
      'timing',
    ]);
  });

  test('the schema names every kind of Op', () => {
    const kinds: Record<OpKind, true> = {
      load: true,
      store: true,
      add: true,
      cas: true,
      xchg: true,
      lock: true,
      trylock: true,
      unlock: true,
      read_lock: true,
      read_unlock: true,
      write_lock: true,
      write_unlock: true,
      wait: true,
      alloc: true,
      free: true,
      spawn: true,
      choose: true,
    };
    const url = new URL('../../schema/finding-1.schema.json', import.meta.url);
    const schema = JSON.parse(readFileSync(url, 'utf8'));
    expect([...schema.$defs.step.properties.op.enum].sort()).toEqual(Object.keys(kinds).sort());
  });
});

describe('other input', () => {
  test('text that is not JSON is refused', () => {
    expect(code('{')).toBe('RW070: x.json: not JSON');
    expect(code('')).toBe('RW070: x.json: not JSON');
  });

  test('JSON of another kind is refused', () => {
    for (const text of ['null', '[]', '3', '{}', '{"tool":null}', '{"format":"other"}']) {
      expect(code(text)).toMatch(/^RW071: x.json: neither/);
    }
  });

  test('a missing, wrong or unknown key is named', () => {
    expect(code(changed(finding, (f) => delete f['schedule']))).toContain("'schedule'");
    expect(code(changed(finding, (f) => Object.assign(f, { preemptions: -1 })))).toContain(
      '/preemptions',
    );
    expect(code(changed(finding, (f) => Object.assign(f, { time: 1 })))).toContain('(time)');
    expect(code(changed(report, (r) => Object.assign(r, { findings: [{}] })))).toContain(
      '/findings/0',
    );
  });

  test('no damage to a document makes the reader throw', () => {
    fc.assert(
      fc.property(fc.nat(finding.length - 1), fc.string({ maxLength: 3 }), (at, put) => {
        const damaged = finding.slice(0, at) + put + finding.slice(at + 1);
        expect(parseDocument(damaged, 'x.json')).toHaveProperty('ok');
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});
