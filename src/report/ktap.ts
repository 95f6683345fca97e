// SPDX-License-Identifier: GPL-2.0-only
// Results as KTAP, version 1, as Documentation/dev-tools/ktap.rst of the kernel has it.

import type { TestCase, TestGroup, TestSuite } from './results.ts';

const VERSION = 'KTAP version 1';

/** @suites as KTAP: a test for each, in it one for each group, and in these the cases. */
export function ktapText(suites: readonly TestSuite[]): string {
  const lines = [
    VERSION,
    `1..${suites.length}`,
    ...suites.flatMap(({ name, groups }, i) => {
      const inner = groups.map((group) => {
        const own = apart(group.name, name);
        const cases = group.cases.map((one) => ({ ...one, name: apart(one.name, name, own) }));
        return { name: own, lines: groupLines({ name: own, cases }), all: cases };
      });
      const all = groups.flatMap(({ cases }) => cases);
      return [...nested(name, inner), resultLine(i + 1, name, all)];
    }),
  ];
  return `${lines.join('\n')}\n`;
}

interface Inner {
  readonly name: string;
  readonly lines: readonly string[];
  readonly all: readonly TestCase[];
}

/** The groups of a suite, as lines of a test below it. */
function nested(name: string, groups: readonly Inner[]): string[] {
  return [
    VERSION,
    `# Subtest: ${plain(name)}`,
    `1..${groups.length}`,
    ...groups.flatMap((group, i) => [
      ...group.lines.map((line) => `  ${line}`),
      resultLine(i + 1, group.name, group.all),
    ]),
  ].map((line) => `  ${line}`);
}

function groupLines({ name, cases }: TestGroup): string[] {
  return [
    VERSION,
    `# Subtest: ${plain(name)}`,
    `1..${cases.length}`,
    ...cases.flatMap((one, i) => [...detailLines(one), caseLine(one, i + 1)]),
  ];
}

function caseLine({ name, result, reason }: TestCase, number: number): string {
  if (result === 'pass') return `ok ${number} ${plain(name)}`;
  if (result === 'skip') return `ok ${number} ${plain(name)} # SKIP ${plain(reason ?? '')}`;
  return `not ok ${number} ${plain(name)}`;
}

/** What was found stands before its result, as diagnostics. */
function detailLines({ result, reason, kind, detail }: TestCase): string[] {
  if (result !== 'fail' && result !== 'error') return [];
  const head = `${kind ?? result}: ${reason ?? ''}`;
  // A line of a finding that began like a heading would be read as one.
  return [head, ...(detail ?? [])].map((line) => `# | ${oneLine(line)}`.trimEnd());
}

/** The result of all of @cases: failed if one has, skipped if all are. */
function resultLine(number: number, name: string, cases: readonly TestCase[]): string {
  const failed = cases.some(({ result }) => result === 'fail' || result === 'error');
  if (failed) return `not ok ${number} ${plain(name)}`;
  const skipped = cases.every(({ result }) => result === 'skip');
  const why = skipped ? ' # SKIP nothing in it was decided' : '';
  return `ok ${number} ${plain(name)}${why}`;
}

/** @name, unless a test around it has it: the parser of the kernel takes that for its end. */
function apart(name: string, ...around: readonly string[]): string {
  const taken = around.map(plain);
  let own = name;
  while (taken.includes(plain(own))) own = `${own} itself`;
  return own;
}

/** A text without what begins a directive. */
function plain(text: string): string {
  return oneLine(text).replaceAll('#', '.');
}

function oneLine(text: string): string {
  return text.replace(/[\r\n\u2028\u2029]+/g, ' ');
}
