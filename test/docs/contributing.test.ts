// SPDX-License-Identifier: GPL-2.0-only
// CONTRIBUTING.md is followed to the letter, in a copy: what it adds compiles, is listed and works.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../tidy/sources.ts';

/** One step of a list: text that goes into a file, or a command and what it has to print. */
type Step =
  | { readonly kind: 'new'; readonly file: string; readonly text: string }
  | {
      readonly kind: 'edit';
      readonly file: string;
      readonly side: 'after' | 'before';
      readonly mark: string;
      readonly text: string;
    }
  | { readonly kind: 'run'; readonly command: string; readonly prints: string };

/** The steps of each section of @markdown whose heading begins with "Adding". */
function sectionsOf(markdown: string): Map<string, Step[]> {
  const sections = new Map<string, Step[]>();
  for (const section of markdown.split(/^## /m).filter((text) => text.startsWith('Adding'))) {
    const [title = ''] = section.split('\n');
    const steps: Step[] = [];
    const blocks = section.matchAll(/^\d+\. ((?:(?!^```)[\s\S])*?)\n\n```\w+\n([\s\S]*?)\n```/gm);
    for (const [, said = '', text = ''] of blocks)
      steps.push(stepOf(said.replace(/\n +/g, ' '), text));
    sections.set(title, steps);
  }
  return sections;
}

function stepOf(said: string, text: string): Step {
  const last = said.split(/\n\d+\. /).at(-1)!;
  const created = /^New file `([^`]+)`:$/.exec(last);
  if (created) return { kind: 'new', file: created[1]!, text };
  const edited = /^In `([^`]+)`, (after|before) `([^`]+)`:$/.exec(last);
  if (edited) {
    const [, file, side, mark] = edited as unknown as [string, string, 'after' | 'before', string];
    return { kind: 'edit', file, side, mark, text };
  }
  const run = /^Run `npm run build`, then `racewindow ([^`]+)`\. It has:$/.exec(last);
  if (run) return { kind: 'run', command: run[1]!, prints: text };
  throw new Error(`CONTRIBUTING.md: a step that nobody can follow: ${last}`);
}

/** Do @step in the tree @at; a mark has to stand there once, at the end or begin of a line. */
function apply(at: string, step: Exclude<Step, { kind: 'run' }>): void {
  const file = path.join(at, step.file);
  if (step.kind === 'new') {
    writeFileSync(file, `${step.text}\n`, { flag: 'wx' });
    return;
  }
  const before = readFileSync(file, 'utf8');
  const parts = before.split(step.side === 'after' ? `${step.mark}\n` : `\n${step.mark}`);
  expect([step.file, step.mark, parts.length]).toEqual([step.file, step.mark, 2]);
  const [head, tail] = parts;
  writeFileSync(
    file,
    step.side === 'after'
      ? `${head}${step.mark}\n${step.text}\n${tail}`
      : `${head}\n${step.text}\n${step.mark}${tail}`,
  );
}

const sections = sectionsOf(readFileSync(path.join(root, 'CONTRIBUTING.md'), 'utf8'));

describe('CONTRIBUTING.md', () => {
  const copy = mkdtempSync(path.join(tmpdir(), 'racewindow-'));
  const node = (...args: string[]) =>
    spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8' });

  beforeAll(() => {
    for (const name of ['src', 'schema', 'package.json', 'tsconfig.json', 'tsconfig.build.json']) {
      cpSync(path.join(root, name), path.join(copy, name), { recursive: true });
    }
    symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
    for (const step of [...sections.values()].flat()) if (step.kind !== 'run') apply(copy, step);
    const built = node('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json');
    expect(built.stdout + built.stderr).toBe('');
  });

  afterAll(() => rmSync(copy, { recursive: true }));

  test('tells step by step how to add a commit, a rule, a world, a window and a strategy', () => {
    const counts = [...sections].map(([title, steps]) => [title, steps.length]);
    expect(counts).toEqual([
      ['Adding a commit of the kernel', 4],
      ['Adding a rule', 4],
      ['Adding a world by hand', 3],
      ['Adding a window', 5],
      ['Adding a strategy', 5],
    ]);
  });

  const runs = [...sections].flatMap(([title, steps]) =>
    steps.flatMap((step) => (step.kind === 'run' ? [{ title, ...step }] : [])),
  );

  test.each(runs)('$title: racewindow $command', ({ command, prints }) => {
    const said = node('dist/cli/main.js', ...command.split(' '));
    expect(said.stderr).toBe('');
    expect(said.stdout).toContain(prints);
  });

  test('refuses a step that nobody can follow', () => {
    expect(() => sectionsOf('## Adding\n\n1. Do it well:\n\n```ts\nx\n```\n')).toThrow(/nobody/);
  });
});
