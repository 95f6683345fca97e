// SPDX-License-Identifier: GPL-2.0-only
// There is one key for "the same finding" (src/finding/key.ts), and nobody makes another one.
import { expect, test } from 'vitest';
import { programs } from './sources.ts';

const KEYS = 'src/finding/key.ts';

/** Text for people that has a rule beside a window, as "file: text"; no finding goes by it. */
const words: readonly string[] = [
  "src/cli/commands/try.ts: `  @{(window ?? 'new').padEnd(4)} @{report.padEnd(15)} `",
  "src/questions/commit-effects-search.ts: `@{s.report} @{s.window ?? 'new'}`",
  'src/questions/try.ts: `@{window} @{report}`',
  "src/realc/conform/conform.ts: [property, window ?? 'no window'].join(",
  "src/report/sweep.ts: `@{window ?? 'new?'}/@{property}`",
  "src/run/to-finding.ts: `@{f.property}-@{f.window ?? 'new'}-@{slug}`",
  'src/report/reproduction.ts: `@{r.property} as @{r.window}`',
  "src/view/page/compare-view.ts: `@{r.window ?? 'unknown window'} (@{r.property}, @{r.subject})`",
  'src/reproduce/document.ts: `@{plan.property} as @{plan.window}`',
].map(withHoles);

/** @text with dollars: biome takes a template in quotes for a slip. */
function withHoles(text: string): string {
  return text.replaceAll('@{', `${'$'}{`);
}

/** Names for what a finding breaks, and for its window. */
const RULE = String.raw`\b(?:property|report|rule)\b`;
const WINDOW = String.raw`\bwindow\b`;

/** Keys that @text makes of a rule and a window, and comparisons of both. */
function keysIn(text: string): string[] {
  const parts = [...text.matchAll(/`(?:\$\{[^{}]*\}|[^`\\]|\\.)*`/g)]
    .map(([template]) => template)
    .filter((t) => holes(t, RULE) && holes(t, WINDOW));
  const lists = [...text.matchAll(/\[[^[\]]*\]\s*(?:\.map\([^()]*\))?\s*\.join\(/g)]
    .map(([list]) => list)
    .filter((l) => new RegExp(RULE).test(l) && new RegExp(WINDOW).test(l));
  const same = String.raw`\w[\w.]*\.(?:property|report)(?:\))? === [\w.]+[^;]{0,60}?\.window ===`;
  const turned = String.raw`\.window === [\w.]+[^;]{0,60}?\.(?:property|report)(?:\))? ===`;
  const compared = [...text.matchAll(new RegExp(`${same}|${turned}`, 'g'))].map(([c]) => c);
  return [...parts, ...lists, ...compared];
}

/** True if one of the expressions in @template mentions @name. */
function holes(template: string, name: string): boolean {
  const found = [...template.matchAll(/\$\{([^{}]*)\}/g)];
  return found.some(([, hole = '']) => new RegExp(name).test(hole));
}

test('the same finding is told by one key', () => {
  const files = programs.filter((p) => p.name.startsWith('src/') && p.name !== KEYS);
  expect(files.length).toBeGreaterThan(100);
  const found = files.flatMap((p) => keysIn(p.text).map((key) => `${p.name}: ${key}`));
  expect(found.filter((f) => !words.includes(f))).toEqual([]);
  expect(words.filter((w) => !found.includes(w))).toEqual([]);
});

test.each([
  ['`@{r.property}|@{r.window ?? ""}|@{r.subject}`'],
  ['`@{s.window ?? "none"} @{s.report} @{s.classKey}`'],
  ["[property, window ?? '', finding.class].join('/')"],
  ["[f.property, f.window].map(String).join('/')"],
  ['f.property === g.property && f.window === g.window'],
  ['r.window === f.window && r.property === f.property'],
  ['propertyOf(r.property) === f.property && r.window === f.window'],
])('%s is found', (text) => expect(keysIn(withHoles(text))).toHaveLength(1));

test('what is no key is not found', () => {
  expect(keysIn(withHoles('`@{property} of @{world.name} does not show`'))).toEqual([]);
  expect(keysIn('f.property === id && f.subject === name; w.window === x')).toEqual([]);
});
