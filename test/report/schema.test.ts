// SPDX-License-Identifier: GPL-2.0-only
// The published schemas: what they accept is what the types say, and nothing else gets in.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OpKind } from '#env/op';
import { findingJson, reportJson } from '#report/json';
import { parseDocument } from '#report/validate';
import type { World, WorldDevice, WorldInstance, WorldSwitches, WorldThread } from '#worlds/world';
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
    const url = new URL('../../schema/finding-2.schema.json', import.meta.url);
    const schema = JSON.parse(readFileSync(url, 'utf8'));
    expect([...schema.$defs.step.properties.op.enum].sort()).toEqual(Object.keys(kinds).sort());
  });
});

describe('the world of a finding', () => {
  type Full<T> = T extends readonly (infer U)[]
    ? readonly Full<U>[]
    : T extends object
      ? { readonly [K in keyof T]-?: Full<Exclude<T[K], undefined>> }
      : T;

  // Every field there is, the optional ones too: a new one does not compile until it is here.
  const device: Full<WorldDevice> = {
    name: 'a',
    bus: 'cdx',
    role: 'client',
    iommus: [{ instance: 'i', ids: [1] }],
    present: true,
    driver: { name: 'd', managedDma: true, async: true, dmaMask: 64 },
    groupKey: 'g',
    dmaRanges: true,
    dmaLimit: 36,
    madeMask: 64,
    domainType: 'IDENTITY',
    probeError: true,
    acs: true,
    alias: 'b',
    addFails: true,
    deferred: true,
    parsed: true,
  };
  const instance: Full<WorldInstance> = {
    name: 'i',
    device: 'a',
    driver: 'arm-smmu',
    registered: true,
    probeFails: true,
    registersDriverOf: 'a',
  };
  const switches: Full<WorldSwitches> = {
    asyncProbe: true,
    strictDevlink: true,
    deferralEnabled: true,
    deferralTimeout: true,
    lazyDma: true,
    flagsWord: true,
    storeBuffers: 'pso',
  };
  const threads: { readonly [K in WorldThread['kind']]: Extract<WorldThread, { kind: K }> } = {
    'iommu-probe': { kind: 'iommu-probe', name: 't', instance: 'i' },
    'iommu-unbind': { kind: 'iommu-unbind', name: 't', instance: 'i' },
    'driver-attach': { kind: 'driver-attach', name: 't', device: 'a' },
    'device-add': { kind: 'device-add', name: 't', device: 'a' },
    'device-del': { kind: 'device-del', name: 't', device: 'a' },
    'bus-scan': { kind: 'bus-scan', name: 't', devices: ['a'] },
    'mock-add': { kind: 'mock-add', name: 't', device: 'a' },
    'late-initcall': { kind: 'late-initcall', name: 't' },
    'deferral-timeout': { kind: 'deferral-timeout', name: 't' },
    'cpu-online': { kind: 'cpu-online', name: 't' },
  };
  const world: Full<World> = {
    name: 'w',
    classKey: 'c',
    firmware: 'acpi',
    devices: [device, { ...device, driver: null, groupKey: null } as unknown as typeof device],
    instances: [instance],
    threads: Object.values(threads),
    switches,
    focus: ['a'],
  };

  test('may have every field and every kind of thread that the type has', () => {
    expect(code(findingJson({ ...replayDuringRegister, world }))).toBe('ok');
  });

  test('may have no other', () => {
    const odd = { ...world, devices: [{ ...device, colour: 'red' }] };
    expect(code(findingJson({ ...replayDuringRegister, world: odd }))).toContain('(colour)');
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
