// SPDX-License-Identifier: GPL-2.0-only
// Completion: what can come next on a command line, and that bash takes it from our script.

import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { commands } from '#cli/commands';
import { completionScript, FILES, shells } from '#cli/complete';
import { run } from './fake.ts';

/** The words that are offered after these. */
async function offered(...words: string[]): Promise<string[]> {
  const { code, out, err } = await run(['completion', 'words', '--', ...words]);
  expect([code, err]).toEqual([0, '']);
  return out.split('\n').filter(Boolean);
}

describe('the words that come next', () => {
  test('are commands, and the second word of those that have one', async () => {
    const first = await offered('');
    for (const { name } of commands) expect(first).toContain(name.split(' ')[0]);
    expect(await offered('ch')).toEqual(['check']);
    expect(await offered('source', '')).toEqual(['setup', 'check']);
    expect(await offered('help', 'bi')).toEqual(['bisect']);
    expect(await offered('nonsense', '')).toEqual([]);
  });

  test('are the options of the command', async () => {
    expect(await offered('check', '--st')).toEqual([
      '--strict-devlink',
      '--strategy',
      '--states-max',
    ]);
    expect(await offered('source', 'check', '--pa')).toEqual(['--patch']);
  });

  test('are names that the option or the argument takes', async () => {
    expect(await offered('check', '--kernel', '')).toContain('6.15.0');
    expect(await offered('check', '--without', 'bcb')).toEqual(['bcb81ac6ae3c']);
    expect(await offered('check', '--device', '3d6')).toEqual(['3d6a000.gmu']);
    expect(await offered('check', '--property', '')).toEqual(['P1']);
    expect(await offered('check', '--window', 'C')).toEqual(['C09']);
    expect(await offered('bisect', '')).toEqual(['C09']);
    expect(await offered('kernels', '7')).toEqual(['7.2']);
    expect(await offered('check', '--format', 'm')).toEqual(['mail', 'md']);
    expect(await offered('completion', '')).toEqual([...shells]);
  });

  test('are files where a file is wanted, and options where nothing else is', async () => {
    expect(await offered('check', '')).toEqual([FILES]);
    expect(await offered('check', '--out', '')).toEqual([FILES]);
    expect(await offered('check', '--kernel', '7.2', '')).toEqual([FILES]);
    expect(await offered('check', 'x.dtb', '')).toContain('--window');
  });

  test('are of options that complete to something that is there', () => {
    for (const { options } of commands) {
      for (const { flags, complete } of options) {
        if (complete !== undefined) expect(flags).toMatch(/ /);
      }
    }
  });
});

test('a shell that there is no script for is told', async () => {
  const { code, err } = await run(['completion', 'bsh']);
  expect([code, err]).toEqual([
    2,
    'RW064: bsh: no completion for this shell\n  hint: did you mean bash or zsh?\n',
  ]);
});

test('bash completes with the script', () => {
  const said = `racewindow() { printf '%s\\n' "\${@:4}" two; }`;
  const ask = 'COMP_WORDS=(racewindow check --wi); COMP_CWORD=2; _racewindow';
  const text = `${said}\n${completionScript('bash')}\n${ask}\nprintf '<%s>' "\${COMPREPLY[@]}"`;
  const done = spawnSync('bash', ['-c', text], { encoding: 'utf8' });
  expect([done.stdout, done.stderr]).toEqual(['<check><--wi><two>', '']);
});

test.each(shells)('the script for %s can be read by it, where it is there', (shell) => {
  const script = completionScript(shell);
  expect(script).toContain('racewindow completion words --');
  const done = spawnSync(shell, ['-n'], { input: script, encoding: 'utf8' });
  if (done.error) console.log(`NOT COVERED: ${shell} is not installed`);
  else expect([done.status, done.stderr]).toEqual([0, '']);
});
