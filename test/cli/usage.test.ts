// SPDX-License-Identifier: GPL-2.0-only
// Help, usage errors and coded errors: one line and a hint, never a stack trace.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { didYouMean, editDistance, nearest } from '#base/suggest';
import { commands } from '#cli/commands';
import { bundleFix } from '#cli/fix';
import { printedError } from '../support/errors.ts';
import { run, scratch, scratchFile } from './fake.ts';

/** A coded error: exit code 2, nothing on standard output, one line and a hint. */
async function errorOf(argv: readonly string[]): Promise<string> {
  const ran = await run(argv);
  expect(ran.code).toBe(2);
  expect(ran.out).toBe('');
  expect(ran.err).toMatch(printedError);
  expect(ran.err.endsWith('\n')).toBe(true);
  return ran.err;
}

describe('help', () => {
  test('of each command fits a screen of 24 lines and 75 columns', async () => {
    for (const argv of [['--help'], ...commands.map((c) => [...c.name.split(' '), '--help'])]) {
      const { code, out } = await run(argv);
      expect(code, argv.join(' ')).toBe(0);
      const lines = out.trimEnd().split('\n');
      expect(lines.length, argv.join(' ')).toBeLessThanOrEqual(24);
      for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(75);
    }
  });

  test('names every command and every option', async () => {
    const { out } = await run(['--help']);
    for (const c of commands) {
      const [first = '', second] = c.name.split(' ');
      expect(out).toContain(`  ${`${first} ${second ? '' : c.args}`.trim()} `);
      if (second) expect((await run([first, '--help'])).out).toContain(`${second} ${c.args}`);
      const own = (await run([...c.name.split(' '), '--help'])).out;
      for (const o of c.options) expect(own).toContain(o.flags.split(' ')[0]);
    }
  });

  test('is shown for an empty command line, which is a usage error', async () => {
    const ran = await run([]);
    expect(ran.code).toBe(2);
    expect(ran.out).toContain('Usage: racewindow');
  });

  test('help COMMAND is the help of the command', async () => {
    for (const name of ['check', 'source check']) {
      const words = name.split(' ');
      const { code, out } = await run(['help', ...words]);
      expect([code, out]).toEqual([0, (await run([...words, '--help'])).out]);
    }
    expect((await run(['help'])).out).toBe((await run(['--help'])).out);
    expect(await errorOf(['help', 'chekc'])).toContain('did you mean check?');
  });

  test('says the version', async () => {
    expect((await run(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('usage errors', () => {
  test('an unknown command has a near one as its hint', async () => {
    const err = await errorOf(['chekc']);
    expect(err).toContain("unknown command 'chekc'");
    expect(err).toContain('did you mean check?');
  });

  test('an unknown option has a near one as its hint', async () => {
    expect(await errorOf(['check', '--windw', 'C09'])).toContain('did you mean --window?');
  });

  test('a missing argument and one too many are told', async () => {
    expect(await errorOf(['replay'])).toMatch(/RW060: missing required argument/);
    expect(await errorOf(['board'])).toMatch(/RW060: there is no board/);
    expect(await errorOf(['board', 'a', 'b'])).toMatch(/RW060: too many arguments/);
    expect(await errorOf(['check', '--kernel'])).toMatch(/RW060: .*argument missing/);
  });

  test('values that an option cannot have are told with what it can', async () => {
    expect(await errorOf(['check', '--format', 'xml'])).toMatch(/RW064: --format xml/);
    expect(await errorOf(['check', '--strategy', 'bound'])).toContain('bound=2');
    expect(await errorOf(['check', '--states-max', '-4'])).toMatch(/RW064: --states-max -4/);
    expect(await errorOf(['check', '--jobs', '0'])).toMatch(/RW064/);
    expect(await errorOf(['check', '--time-max', '1e9'])).toMatch(/RW064/);
  });

  test('unknown names have near ones as their hints', async () => {
    expect(await errorOf(['check', '--kernel', '6.99'])).toContain('did you mean 6.15.0?');
    expect(await errorOf(['check', '--device', '3d0000.gpu'])).toContain(
      'did you mean 3d00000.gpu?',
    );
    expect(await errorOf(['check', '--property', 'p11'])).toContain('did you mean P1?');
    expect(await errorOf(['check', '--window', 'C9'])).toContain('did you mean C09?');
    expect(await errorOf(['windows', 'C90'])).toContain('did you mean C09?');
    expect(await errorOf(['kernels', '6.14.0'])).toContain('did you mean 6.15.0?');
  });
});

test('ids are known in any case', async () => {
  const argv = ['check', '--window', 'c09', '--property', 'p1'];
  const { asked } = await run(argv);
  expect(asked.options).toMatchObject({ windows: ['C09'], properties: ['P1'] });
});

test('a bisection goes forward in time', async () => {
  const err = await errorOf(['bisect', 'C09', '--from', '7.2', '--to', '6.0']);
  expect(err).toMatch(/^RW064: --from 7\.2: newer than --to 6\.0\n {2}hint: swap them: /);
});

test('a patch in place of a fix is told where it can be judged', async () => {
  for (const argv of [
    ['check', '--with', 'fix.mbox'],
    ['try', 'fix.mbox'],
    ['try', 'fix.ts', '--with', 'fix.mbox'],
  ]) {
    const err = await errorOf(argv);
    expect(err).toMatch(/^RW064: .* fix\.mbox: a patch is for the kernel's own C\n/);
    expect(err).toContain('racewindow try --tree TREE --patch fix.mbox');
  }
});

test('in a tree a second board, or a patch under an odd name, is not passed over', async () => {
  const err = await errorOf(['try', 'a.dtb', 'fix.txt', '--tree', 'tree', '--patch', 'b.patch']);
  expect(err).toMatch(/^RW060: a\.dtb and fix\.txt would be two boards\n {2}hint: /);
});

test('an installation without esbuild says what a fix needs', async () => {
  const file = await scratchFile('fix.ts', '');
  const missing = await bundleFix(file, () => Promise.reject(new Error('not found')));
  expect(missing).toMatchObject({
    ok: false,
    error: { code: 'RW055', hint: 'npm install esbuild' },
  });
});

test('a directory that the system refuses oddly is an error, and at once', async () => {
  expect(await errorOf(['check', '--out', '/proc/none/x'])).toMatch(/^RW065: \/proc\/none\/x: /);
  const below = path.join(await scratch(), 'a', 'b');
  expect((await run(['check', '--out', below])).code).not.toBe(2);
});

test('each limit that a search names a flag for has that flag', async () => {
  const dir = new URL('../../src/checker/', import.meta.url);
  const named = new Set<string>();
  for (const name of await readdir(dir, { recursive: true })) {
    if (!name.endsWith('.ts')) continue;
    const text = await readFile(new URL(name, dir), 'utf8');
    for (const [, flag] of text.matchAll(/flag:? '?(--[a-z-]+)/gi)) named.add(flag!);
  }
  expect([...named].sort()).toEqual([
    '--audit-cache',
    '--depth-max',
    '--minimise-max',
    '--resume',
    '--states-max',
    '--strategy',
    '--time-max',
  ]);
  const options = commands.find((c) => c.name === 'check')!.options;
  const flags = options.map((o) => o.flags.split(' ')[0]);
  for (const flag of named) expect(flags).toContain(flag);
});

describe('input errors', () => {
  test('a file that is not there, a directory and an empty file are told', async () => {
    expect(await errorOf(['check', 'no-such.dtb'])).toMatch(/^RW001: no-such\.dtb cannot be read/);
    expect(await errorOf(['board', await scratch()])).toMatch(/^RW002: .* is a directory/);
    expect(await errorOf(['check', await scratchFile('e.dtb', '')])).toMatch(/^RW010: /);
  });

  test('a baseline or a finding that is none is told', async () => {
    const text = await scratchFile('x.json', 'text');
    expect(await errorOf(['replay', text])).toMatch(/^RW070: /);
    expect(await errorOf(['check', '--baseline', text])).toMatch(/^RW070: /);
    expect(await errorOf(['replay', await scratchFile('y.json', '{}')])).toMatch(/^RW071: /);
  });

  test('a fix that does not compile is told with its line', async () => {
    const broken = await scratchFile('fix.ts', 'export default {\n  a: ,\n};\n');
    // As long as the path is, a line may end anywhere.
    const told = (await errorOf(['check', '--with', broken])).replace(/\s+/g, ' ');
    expect(told).toMatch(/^RW055: .*fix\.ts: line 2: /);
    expect(await errorOf(['check', '--with', 'none.ts'])).toMatch(/^RW001: none\.ts/);
  });

  test('bytes of a name that could move the cursor are not printed', async () => {
    expect(await errorOf(['board', 'a\u001b[2Jb'])).toContain('a\\x1b[2Jb');
  });
});

test('a fault of our own is told without a stack', async () => {
  const check = async (): Promise<never> => {
    throw new Error('boom\nmore');
  };
  const ran = await run(['check'], { check });
  expect(ran.code).toBe(2);
  expect(ran.err).toMatch(/^RW999: a fault in racewindow: boom\n {2}hint: please report it/);
  expect(ran.err).not.toContain(' at ');
  const debug = await run(['check'], { check, env: { RACEWINDOW_DEBUG: '1' } });
  expect(debug.err).toMatch(/\n {4}at /);
});

describe('near names', () => {
  test('count edits, swaps as one', () => {
    expect(editDistance('check', 'chekc')).toBe(1);
    expect(editDistance('abc', '')).toBe(3);
    expect(editDistance('6.15.1', '6.15.0')).toBe(1);
  });

  test('come nearest first, and never from far away', () => {
    expect(nearest('6.15', ['7.2', '6.12', '6.15.0', '6.15-rc1'])).toEqual([
      '6.15-rc1',
      '6.15.0',
      '6.12',
    ]);
    expect(nearest('zzz', ['check', 'board'])).toEqual([]);
    expect(didYouMean('zzz', ['check', 'board'], 'command')).toBe(
      'commands there are: check, board',
    );
  });
});
