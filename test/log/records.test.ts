// SPDX-License-Identifier: GPL-2.0-only
// Logs whose messages are records: they come to what the plain log comes to.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diagnose } from '#diagnosis/diagnose';
import { kernelOfLog } from '#diagnosis/kernel-of';
import type { Diagnosis } from '#finding/diagnosis';
import { readLog, storyOf } from '#log/index';
import { recordsIn } from '#log/records';
import { joins, log, smmu3, version } from './suite/build.ts';
import { complaints } from './suite/complaints.ts';
import { crashes } from './suite/crashes.ts';
import { inTheWild } from './suite/in-the-wild.ts';
import { healthy, lookAlikes } from './suite/lookalikes.ts';
import { lateProbes } from './suite/windows.ts';

const STAMPED = /^(?:<(\d)>)?\[ *(\d+\.\d{6})\] (.*)$/;

function diagnosed(text: string): Diagnosis {
  const read = readLog(new TextEncoder().encode(text), 'a log');
  if (!read.ok) throw new Error(read.error.message);
  const story = storyOf(read.value);
  return diagnose(story, kernelOfLog(story), null);
}

const logs = [...lateProbes, ...crashes, ...lookAlikes, ...healthy, ...inTheWild, ...complaints]
  .map((c) => c.log)
  .filter((text) => lines(text).every((line) => STAMPED.test(line)));

function lines(text: string): string[] {
  return text.replace(/\n$/, '').split('\n');
}

interface Message {
  readonly level: string | null;
  readonly seconds: number;
  readonly text: string;
}

function messages(text: string): Message[] {
  return lines(text).map((line) => {
    const [, level = null, seconds, body] = STAMPED.exec(line)!;
    return { level, seconds: Number(seconds), text: body! };
  });
}

/** Something that a journal has beside the kernel's messages, and that looks like one of them. */
const besides = { MESSAGE: joins('pci', '0000:99:00.0', 77), _TRANSPORT: 'syslog' };

const inJournal = (m: Message): Record<string, string> => ({
  __CURSOR: 's=1;i=2',
  _TRANSPORT: 'kernel',
  ...(m.level === null ? {} : { PRIORITY: m.level }),
  _SOURCE_MONOTONIC_TIMESTAMP: `${Math.round(m.seconds * 1e6)}`,
  MESSAGE: m.text,
});

const pairs = (fields: Readonly<Record<string, string>>, before: string): string =>
  Object.entries(fields)
    .map(([name, value]) => `${before}${name}=${value}\n`)
    .join('');

const dt = '2026-01-02T10:28:54.123456';

/** A log in each form, from the plain one. */
const forms: Readonly<Record<string, (text: string) => string>> = {
  'a journal as JSON': (text) =>
    [...messages(text).map(inJournal), besides].map((r) => `${JSON.stringify(r)}\n`).join(''),
  'a journal as bytes': (text) =>
    messages(text)
      .map((m) => ({ ...inJournal(m), MESSAGE: [...new TextEncoder().encode(m.text)] }))
      .map((r) => `${JSON.stringify(r)}\n`)
      .join(''),
  'an exported journal': (text) =>
    [...messages(text).map(inJournal), besides].map((r) => `${pairs(r, '')}\n`).join(''),
  'a verbose journal': (text) =>
    messages(text)
      .map((m) => `Fri 2026-01-02 10:28:54.1 UTC [s=1a;i=2;b=3]\n${pairs(inJournal(m), '    ')}`)
      .join(''),
  'dmesg --json': (text) => {
    const records = messages(text).map((m) => {
      const level = m.level === null ? '' : `         "pri": ${m.level},\n`;
      const time = `         "time":     ${m.seconds.toFixed(6)},\n`;
      return `{\n${level}${time}         "msg": ${JSON.stringify(m.text)}\n      }`;
    });
    return `{\n   "dmesg": [\n      ${records.join(',')}\n   ]\n}\n`;
  },
  'dmesg --json in one line': (text) => {
    const dmesg = messages(text).map((m) => ({
      ...(m.level === null ? {} : { pri: Number(m.level) }),
      ...{ time: m.seconds, msg: m.text },
    }));
    return JSON.stringify({ dmesg });
  },
  'a job of LAVA': (text) =>
    [
      `- {"dt": "${dt}", "lvl": "info", "msg": ${JSON.stringify(besides.MESSAGE)}}`,
      ...lines(text).map((l) => `- {"dt": "${dt}", "lvl": "target", "msg": ${JSON.stringify(l)}}`),
    ].join('\n'),
  'a job of an old LAVA': (text) =>
    lines(text)
      .map((l) => `- {dt: '${dt}', lvl: target, msg: '${l.replaceAll("'", "''")}'}`)
      .join('\n'),
};

describe.each(Object.entries(forms))('%s', (_, form) => {
  test.each(logs.map((text, i) => [i, text] as const))('comes to what log %i does', (_i, text) => {
    const plain = diagnosed(text);
    const other = diagnosed(form(text));
    const told = ({ verdict, cause, because, windows, devices }: Diagnosis): unknown => ({
      ...{ verdict, cause, because: because.replace(/\d+/g, 'n') },
      windows: windows.map((w) => [w.window, w.fits]),
      devices: devices.map((d) => [d.name, d.group]),
    });
    expect(told(other)).toEqual(told(plain));
  });
});

test('a log that can be told by records is none too rare to test', () => {
  expect(logs.length).toBeGreaterThan(150);
});

test('the lines of a record are those of the input', () => {
  const { devices } = diagnosed(
    forms['a journal as JSON']!(log(version('7.2.0'), smmu3, joins('pci', '0000:00:01.0', 3))),
  );
  expect(devices.map((d) => [d.name, d.history.map((h) => h.line)])).toEqual([
    ['0000:00:01.0', [3]],
  ]);
});

test('every text comes out of the YAML of a job as it went in', () => {
  const escaped = (text: string): string =>
    [...text]
      .map((c) => {
        const code = c.codePointAt(0)!;
        if (c === '"' || c === '\\') return `\\${c}`;
        if (code === 27) return '\\e';
        if (code >= 32 && code < 127) return c;
        const [sign, width] = code < 256 ? ['x', 2] : code < 65536 ? ['u', 4] : (['U', 8] as const);
        return `\\${sign}${code.toString(16).padStart(width as number, '0')}`;
      })
      .join('');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const line = `- {"dt": "${dt}", "lvl": "target", "msg": "${escaped(text)}"}`;
      expect(recordsIn(line)?.lines.map((l) => l.text)).toEqual(text.split('\n'));
    }),
  );
});

test('records that are torn or hostile are read as far as they go', () => {
  const hostile = fc.constantFrom(
    ...['{"MESSAGE":', '{"MESSAGE":{}}', '{"MESSAGE":[[[]]],"_TRANSPORT":"kernel"}', '{"dmesg": ['],
    ...[
      '"time": 1.2.3, "msg": "x',
      '"pri": 999999999999, "time": 1, "msg": "\\ud800"',
      'null',
      '[]',
    ],
    ...['MESSAGE', '_TRANSPORT=kernel', 'MESSAGE=', '__CURSOR=', `- {"dt": "${dt}", "lvl": "x`],
    ...[
      `- {"dt": "${dt}", "lvl": "target", "msg": "\\U99999999\\x"}`,
      '{"__proto__":{"MESSAGE":1}}',
    ],
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(hostile, fc.string()), { maxLength: 30 }), (all) => {
      for (const { number, text } of recordsIn(all.join('\n'))?.lines ?? []) {
        expect(number).toBeGreaterThan(0);
        expect(typeof text).toBe('string');
      }
    }),
  );
});

test('JSON that holds no messages is refused', () => {
  const json = JSON.stringify(
    { verdict: 'race', because: joins('pci', '0000:00:01.0', 3) },
    null,
    2,
  );
  const read = readLog(new TextEncoder().encode(json), 'd.json');
  expect(read.ok ? null : [read.error.code, read.error.message]).toEqual([
    'RW110',
    'd.json: JSON without messages of a kernel',
  ]);
});
