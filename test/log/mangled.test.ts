// SPDX-License-Identifier: GPL-2.0-only
// Mangled logs: whatever becomes of a log, it is read or refused in one coded line.
//
// `npm run mangled-logs` does the same with 100,000 of them.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatUserError } from '#base/errors';
import { diagnose } from '#diagnosis/diagnose';
import { kernelOfLog } from '#diagnosis/kernel-of';
import { readLog, storyOf } from '#log/index';
import { diagnosisJson, diagnosisText } from '#report/diagnosis';
import { crashes } from './suite/crashes.ts';
import { inTheWild } from './suite/in-the-wild.ts';
import { healthy, lookAlikes } from './suite/lookalikes.ts';
import { lateProbes } from './suite/windows.ts';

const runs = Number(process.env['MANGLED_LOGS'] ?? 400);
const logs = [...lateProbes, ...crashes, ...lookAlikes, ...healthy, ...inTheWild].map((c) => c.log);

/** What may happen to a text on its way. */
const mangling = fc.oneof(
  fc.tuple(fc.constant('drop'), fc.nat(), fc.nat()),
  fc.tuple(fc.constant('twice'), fc.nat(), fc.nat()),
  fc.tuple(fc.constant('swap'), fc.nat(), fc.nat()),
  fc.tuple(fc.constant('cut'), fc.nat(), fc.nat()),
  fc.tuple(fc.constant('flip'), fc.nat(), fc.nat()),
  fc.tuple(fc.constant('quote'), fc.nat(), fc.nat()),
  fc.tuple(fc.constant('wrap'), fc.nat(), fc.nat()),
  fc.tuple(fc.constant('encode'), fc.nat(), fc.nat()),
  fc.tuple(fc.constant('bare'), fc.nat(), fc.nat()),
  fc.tuple(fc.constant('number'), fc.nat(), fc.nat()),
  fc.tuple(fc.constant('long'), fc.nat(), fc.nat()),
  fc.tuple(fc.constant('noise'), fc.nat(), fc.nat()),
);

function mangled(text: string, how: string, a: number, b: number): string {
  const lines = text.split('\n');
  const [i, j] = [a % lines.length, b % lines.length];
  const at = a % Math.max(1, text.length);
  switch (how) {
    case 'drop':
      return lines.filter((_, k) => k !== i).join('\n');
    case 'twice':
      return [...lines.slice(0, i), lines[i]!, ...lines.slice(i)].join('\n');
    case 'swap':
      return lines.map((l, k) => (k === i ? lines[j]! : k === j ? lines[i]! : l)).join('\n');
    case 'cut':
      return text.slice(0, at) + text.slice(at + (b % 200));
    case 'flip':
      return text.slice(0, at) + String.fromCodePoint(b % 0xd000) + text.slice(at + 1);
    case 'quote':
      return lines.map((l) => `> ${l}`).join('\n');
    case 'wrap':
      return text.replace(/(.{40,72}) /g, '$1\n');
    case 'encode':
      return text.replace(/=/g, '=3D').replace(/(.{70})/g, '$1=\n');
    case 'bare':
      return text.replace(/^\[[^\]]*\] /gm, '');
    case 'number':
      return text.replace(/\d+/g, (n) => ((n.length + a) % 7 === 0 ? '9'.repeat(1 + (b % 40)) : n));
    case 'long':
      return text.slice(0, at) + 'a 1:'.repeat(b % 5000) + text.slice(at);
    default:
      return text.slice(0, at) + '\u0000\u001b[2J\r\ufffd'.repeat(1 + (b % 9)) + text.slice(at);
  }
}

const titles = new Map<string, string>();

test('a mangled log is read, or refused in one coded line', () => {
  const input = fc.tuple(fc.nat(logs.length - 1), fc.array(mangling, { maxLength: 6 }));
  fc.assert(
    fc.property(input, ([which, all]) => {
      const text = all.reduce((now, [how, a, b]) => mangled(now, how, a, b), logs[which]!);
      const read = readLog(new TextEncoder().encode(text), 'a log');
      if (!read.ok) {
        expect(formatUserError(read.error)).toMatch(/^RW\d{3}: [^\n]+\n {2}hint: /);
        return;
      }
      const story = storyOf(read.value);
      const d = diagnose(story, kernelOfLog(story), null);
      expect(JSON.parse(diagnosisJson(d)).verdict).toBe(d.verdict);
      const wide = diagnosisText(d, { name: 'a log', titles })
        .split('\n')
        .filter((l) => l.length > 75 && l.trim().includes(' '));
      expect(wide).toEqual([]);
    }),
    { numRuns: runs },
  );
});

test('bytes that are no text are refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
      const read = readLog(bytes, 'a file');
      if (!read.ok) expect(read.error.code).toBe('RW110');
    }),
    { numRuns: runs },
  );
});

test('a log that is too big is refused before it is read', () => {
  const read = readLog(new Uint8Array(33 * 1024 * 1024), 'a file');
  expect(read.ok ? null : read.error.code).toBe('RW003');
});
