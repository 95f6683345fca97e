// SPDX-License-Identifier: GPL-2.0-only
// Results as JUnit XML, in the form that Jenkins and GitLab read; no times stand in it.

import type { TestCase, TestGroup, TestSuite } from './results.ts';

type Counts = Readonly<Record<TestCase['result'] | 'tests', number>>;

/** @suites as a document. */
export function junitXml(suites: readonly TestSuite[]): string {
  const all = suites.flatMap(({ groups }) => groups.flatMap(({ cases }) => cases));
  const name = suites.map((suite) => suite.name).join('; ');
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${attribute(name)}"${countsText(all)}>`,
    ...suites.flatMap((suite) => suite.groups.flatMap((group) => groupLines(suite, group))),
    '</testsuites>',
    '',
  ].join('\n');
}

function groupLines({ name: suite }: TestSuite, { name, cases }: TestGroup): string[] {
  const counts = countsText(cases);
  return [
    `  <testsuite name="${attribute(name)}" package="${attribute(suite)}"${counts}>`,
    ...cases.flatMap((one) => caseLines(name, one)),
    '  </testsuite>',
  ];
}

function countsText(cases: readonly TestCase[]): string {
  const count = (result: TestCase['result']): number =>
    cases.filter((one) => one.result === result).length;
  const counts: Counts = {
    tests: cases.length,
    pass: count('pass'),
    fail: count('fail'),
    skip: count('skip'),
    error: count('error'),
  };
  const { tests, fail, error, skip } = counts;
  return ` tests="${tests}" failures="${fail}" errors="${error}" skipped="${skip}"`;
}

function caseLines(group: string, { name, result, reason, kind, detail }: TestCase): string[] {
  const head = `    <testcase classname="${attribute(group)}" name="${attribute(name)}"`;
  if (result === 'pass') return [`${head}/>`];
  const message = `message="${attribute(reason ?? result)}"`;
  if (result === 'skip') return [`${head}>`, `      <skipped ${message}/>`, '    </testcase>'];
  const tag = result === 'fail' ? 'failure' : 'error';
  const type = `type="${attribute(kind ?? result)}"`;
  const body = (detail ?? []).map(content).join('\n');
  const inner = body === '' ? '/>' : `>${body}\n      </${tag}>`;
  return [`${head}>`, `      <${tag} ${type} ${message}${inner}`, '    </testcase>'];
}

/** What XML 1.0 has no character for; it may not even be escaped. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const NO_CHARACTER = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function content(text: string): string {
  return text.replace(NO_CHARACTER, '\ufffd').replace(/[&<>]/g, (c) => entities[c]!);
}

/** Blanks other than a space are kept by their numbers, or a reader makes spaces of them. */
function attribute(text: string): string {
  const quoted = content(text).replaceAll('"', '&quot;');
  return quoted.replace(/[\t\n\r]/g, (c) => `&#${c.charCodeAt(0)};`);
}
