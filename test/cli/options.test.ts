// SPDX-License-Identifier: GPL-2.0-only
// The whole command table: values that an option cannot have, exit codes, widths, one wording.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { commands } from '#cli/commands';
import { manPage } from '#cli/man';
import { type CommandEntry, exitsOf, flagOf, type OptionEntry } from '#cli/table';
import { exitCodes } from '#report/exit';
import { run } from './fake.ts';

const rows = commands.flatMap((entry) =>
  entry.options.map((option) => ({ name: `${entry.name} ${option.flags}`, entry, option })),
);

/** A command line with all arguments that the command wants. */
function lineOf({ name, args }: CommandEntry): string[] {
  return [...name.split(' '), ...args.split(' ').filter((arg) => arg.startsWith('<'))];
}

describe('an option', () => {
  const takesValue = ({ option }: { option: OptionEntry }): boolean => option.flags.includes(' ');
  const isNumber = ({ option }: { option: OptionEntry }): boolean => / [NKS]$/.test(option.flags);

  test.each(rows.filter(isNumber))('$name is read as a number', async ({ entry, option }) => {
    expect(option.read).toBeDefined();
    const flag = flagOf(option.flags);
    for (const value of ['x', '-1', '1.5', '1e3', '', '9999999999']) {
      const { code, err } = await run([...lineOf(entry), `${flag}=${value}`]);
      expect(code, value).toBe(2);
      const [said, hint, ...more] = err
        .trimEnd()
        .replace(/\n {2}(?!hint)/g, ' ')
        .split('\n');
      expect(said).toMatch(/: not a whole number from \d+ to \d+$/);
      expect(said?.startsWith(`RW064: ${flag} ${value}`)).toBe(true);
      expect(hint).toMatch(new RegExp(`^ {2}hint: write it in digits, as in ${flag} \\d+$`));
      expect(more).toEqual([]);
    }
  });

  const read = rows.filter((row) => takesValue(row) && !isNumber(row) && row.option.read);

  test.each(read)('$name takes no nonsense', async ({ entry, option }) => {
    const flag = flagOf(option.flags);
    const { code, err } = await run([...lineOf(entry), flag, 'zzz']);
    // A URL may have a password: nothing of it is told.
    const said = flag === '--queue' ? 'RW121: the URL of the queue ' : `RW064: ${flag} zzz: `;
    expect([code, err.startsWith(said)]).toEqual([2, true]);
  });

  test('of words is completed to those that it takes, and its text has all of them', () => {
    const worded = rows.flatMap(({ name, option }) =>
      option.read?.words === undefined ? [] : [{ name, option, words: option.read.words }],
    );
    expect(worded.length).toBeGreaterThan(3);
    for (const { name, option, words } of worded) {
      for (const word of words) expect(option.text, name).toContain(word);
      expect(words, name).toContain(option.value);
    }
  });

  test('has a default that can be read', async () => {
    for (const { option } of rows) {
      if (option.value === undefined || option.read === undefined) continue;
      expect(await option.read.read(option.value, flagOf(option.flags))).toMatchObject({
        ok: true,
      });
    }
  });
});

describe('the exit codes', () => {
  /** What the module of a command ends with, as far as its text says it. */
  function endings(entry: CommandEntry): string[] {
    const words = entry.name.replace(' ', '-');
    const files = entry.name === 'try' ? ['try', 'try-source'] : [words];
    if (entry.name === 'source check') files.push('check');
    const text = files.map((file) =>
      readFileSync(new URL(`../../src/cli/commands/${file}.ts`, import.meta.url), 'utf8'),
    );
    // source check has its reports from check, and leaves Ctrl-C to the shell.
    const named = [...text.join('').matchAll(/exitCodes\.(\w+)/g)]
      .map((m) => m[1]!)
      .filter((name) => entry.name !== 'source check' || name !== 'interrupted');
    // What a report comes to: see exitCodeOf().
    const reported = /(?:exitCodeOf|sweepExit)\(/.test(text.join(''))
      ? ['holds', 'violated', 'bounded']
      : [];
    const all = [...named, ...reported, 'usage'].map((k) => `${exitCodes[k as 'holds']}`);
    return [...new Set(all)].sort((a, b) => Number(a) - Number(b));
  }

  test.each(commands)('of $name are all told, by help and by the man page', async (entry) => {
    expect(exitsOf(entry).map(([code]) => code)).toEqual(endings(entry));
    const { out } = await run([...entry.name.split(' '), '--help']);
    const flat = out.replace(/\n\s+/g, ' ');
    const told = exitsOf(entry).map((exit) => exit.join(' '));
    expect(flat).toContain(`Exit: ${told.join(', ')}`);
    expect(manPage()).toContain(`Exit: ${told.join(', ')}.`.replaceAll('-', '\\-'));
  });
});

describe('completion', () => {
  test('takes one shell', async () => {
    const { code, out, err } = await run(['completion', 'bash', 'zsh']);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^RW060: completion takes one shell, and 2 are named\n/);
  });
});

test('a kernel that there is none of has one wording', async () => {
  const said = await Promise.all(
    [
      ['kernels', '6.99'],
      ['bisect', 'C09', '--from', '6.99'],
      ['bisect', 'C09', '--to', '6.99'],
      ['backport', 'C09', '--to', '6.99'],
      ['matrix', '--kernels', '6.99'],
      ['try', 'da33e87bd2bf', '--kernel', '6.99'],
      ['check', '--kernel', '6.99'],
    ].map(async (argv) => (await run(argv)).err.split('\n')[0]),
  );
  expect([...new Set(said)]).toEqual(['RW050: 6.99: no such kernel']);
});

test('a file that is not there has one code', async () => {
  for (const argv of [
    ['board', 'none.x'],
    ['check', 'none.x'],
    ['check', '--with', 'none.ts'],
    ['check', '--baseline', 'none.x'],
    ['replay', 'none.x'],
    ['try', 'none.ts'],
    ['try', 'da33e87bd2bf', 'none.x', '--kernel', '6.15.0'],
    ['try', '--tree', '.', '--patch', 'none.x'],
    ['source', 'check', '.', '--patch', 'none.x'],
    ['source', 'check', '.', '--revert', 'none.x'],
    ['conform', '.', '--patch', 'none.x'],
  ]) {
    expect((await run(argv)).err, argv.join(' ')).toMatch(/^RW001: none\.\w+ cannot be read /);
  }
});
