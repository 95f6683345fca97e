// SPDX-License-Identifier: GPL-2.0-only
// The kernel patches among the examples are mails as the kernel takes them, readable without git.

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
