// SPDX-License-Identifier: GPL-2.0-only
// Where the forms of findings go: to standard output, to a file, beside the JSON.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { findingForms } from '#report/finding-forms';
import { formNames } from '#report/form-names';
import { findingJson } from '#report/json';
import { retold } from '#run/told';
import { exampleReport } from '../report/example.ts';
import { exampleResult, run, scratch } from './fake.ts';

const finding = exampleReport.findings[0]!;

/** What @name makes of the finding as it is told. */
function made(name: (typeof formNames)[number]): Buffer {
  return Buffer.from(findingForms[name].of(retold(finding).finding));
}

test.each(formNames)('replay writes %s to standard output or to a file', async (name) => {
  const folder = await scratch();
  const file = path.join(folder, 'f.json');
  writeFileSync(file, findingJson(finding));
  const printed = await run(['replay', file, '--format', name]);
  const bytes = name === 'trace.dat' ? 'latin1' : 'utf8';
  expect([printed.code, Buffer.from(printed.out, bytes)]).toEqual([0, made(name)]);
  expect(printed.err).toMatch(/replayed: same witness\n$/);
  const out = path.join(folder, `made.${name}`);
  const kept = await run(['replay', file, '--format', name, '--out', out]);
  expect([kept.code, kept.out]).toEqual([0, '']);
  expect(readFileSync(out)).toEqual(made(name));
});

test('a terminal is not given bytes', async () => {
  const file = path.join(await scratch(), 'f.json');
  writeFileSync(file, findingJson(finding));
  const ran = await run(['replay', file, '--format', 'trace.dat'], { outIsTerminal: true });
  expect([ran.code, ran.out]).toEqual([2, '']);
  expect(ran.err).toMatch(/^RW066: a terminal can not show --format trace.dat\n {2}hint: /);
});

test('check puts each form beside the JSON, and prints what can follow each other', async () => {
  const two = [finding, { ...finding, id: 'other' }];
  const check = async () => ({ ...exampleResult, findings: two });
  for (const name of formNames) {
    const folder = await scratch();
    const ran = await run(['check', '--format', name, '--out', folder], { check });
    expect(readdirSync(folder).filter((f) => f.endsWith(`.${name}`))).toHaveLength(2);
    const joined = findingForms[name].joins ? two.map(findingForms[name].of).join('\n') : '';
    expect([ran.code, ran.out]).toEqual([1, joined]);
    if (findingForms[name].joins) continue;
    const alone = await run(['check', '--format', name], { check });
    expect([alone.code, alone.out]).toEqual([2, '']);
    expect(alone.err).toBe(
      `RW066: --format ${name} makes a file for each finding\n  hint: add --out DIR\n`,
    );
  }
});
