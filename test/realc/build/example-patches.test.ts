// SPDX-License-Identifier: GPL-2.0-only
// The kernel patches among the examples are mails as the kernel takes them, readable without git.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { commits } from '#kernel/revisions';
import { gitTool } from '#realc/build/patch-git';
import { parserTool } from '#realc/build/patch-parser';

const folder = 'examples/patches';
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.patch'))
  .sort();
const git = gitTool();
const tools = git ? [parserTool, git] : [parserTool];

/** What git says of the lines that @name changes. */
function stat(name: string): string {
  const args = ['apply', '--stat', '--summary', `${folder}/${name}`];
  return spawnSync('git', args, { encoding: 'utf8' }).stdout;
}

describe.each(files)('%s', (name) => {
  const text = readFileSync(`${folder}/${name}`, 'latin1');
  const message = text.slice(0, text.indexOf('\n---\n') + 1);

  it('is one diff of the files that it names, with git and without', () => {
    const named = [...text.matchAll(/^\+\+\+ b\/(.*)$/gm)].map(([, path]) => path);
    for (const tool of tools) {
      const diffs = tool.split({ name, text });
      expect(diffs).toHaveLength(1);
      expect(tool.names(diffs[0]!).touched).toEqual(named);
    }
  });

  it.skipIf(git === null)('tells how many lines it changes, as git counts them', () => {
    expect(text).toContain(`\n\n${stat(name)}\ndiff --git `);
  });

  it('has a message of at most 75 columns', () => {
    const [from, subject, empty, ...body] = message.split('\n');
    expect(from).toBe('From: racewindow <racewindow@example.org>');
    expect(subject).toMatch(/^Subject: \[PATCH( \d\/\d)?\] .{1,75}$/);
    expect(empty).toBe('');
    expect(body.filter((line) => line.length > 75 && !line.startsWith('Fixes: '))).toEqual([]);
  });

  it('names commits of the history by their subjects, and nobody who has signed it', () => {
    const words = message.replace(/\s+/g, ' ');
    const named = [...words.matchAll(/\b([0-9a-f]{12}) \("(.*?)"\)/g)];
    for (const [, sha, subject] of named) {
      expect(commits.find((commit) => commit.sha === sha)?.subject).toBe(subject);
    }
    expect(named.length).toBeGreaterThan(0);
    expect(message).not.toMatch(/^\w+(-\w+)*-by:/m);
  });
});

describe('the cover letter of the series', () => {
  const series = files.filter((name) => name.startsWith('half-probed/'));
  const letter = readFileSync(`${folder}/half-probed/0000-cover-letter.txt`, 'utf8');

  it('has lines of at most 75 columns', () => {
    expect(letter.split('\n').filter((line) => line.length > 75)).toEqual([]);
  });

  it('lists its patches by their subjects, in order', () => {
    const subjects = series.map(
      (name, i) =>
        new RegExp(`^Subject: \\[PATCH ${i + 1}/3\\] (.*)$`, 'm').exec(
          readFileSync(`${folder}/${name}`, 'utf8'),
        )?.[1],
    );
    expect(letter.endsWith(`\nracewindow (3):\n${subjects.map((s) => `  ${s}\n`).join('')}`)).toBe(
      true,
    );
  });

  it('names commits of the history by their subjects', () => {
    const named = [...letter.replace(/\s+/g, ' ').matchAll(/\b([0-9a-f]{12}) \("(.*?)"\)/g)];
    expect(named.length).toBeGreaterThan(0);
    for (const [, sha, subject] of named) {
      expect(commits.find((commit) => commit.sha === sha)?.subject).toBe(subject);
    }
  });
});
