// SPDX-License-Identifier: GPL-2.0-only
// The URL of a queue: what is told of it never has its password.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readAddress } from '#queue/address';
import { run } from '../cli/fake.ts';

test('a URL is told by its host and its database', () => {
  const where = (url: string): string => {
    const read = readAddress(url, {});
    return read.ok ? read.value.where : read.error.code;
  };
  expect(where('postgres://me:secret@example.org:5433/rw?sslmode=require')).toBe(
    'example.org:5433/rw',
  );
  expect(where('postgresql://localhost/rw')).toBe('localhost/rw');
  expect(where('postgres:///rw?host=/run/postgresql')).toBe('this machine/rw');
  for (const bad of ['', 'rw', 'redis://h/0', 'postgres://me:12/34@h/rw', 'postgres://h/rw#x']) {
    expect(where(bad), bad).toBe('RW121');
  }
});

test('what is told is where the driver goes, and what it reads is one URL', () => {
  const read = (url: string, env = {}) => {
    const address = readAddress(url, env);
    return address.ok ? address.value : { url: '', where: address.error.code };
  };
  const where = (url: string, env = {}): string => read(url, env).where;
  expect(where('postgres://a/rw?host=b.org&port=99')).toBe('b.org:99/rw');
  expect(where('postgres:///rw', { PGHOST: 'c.org', PGPORT: '98' })).toBe('c.org:98/rw');
  expect(where('postgres://%2Frun%2Fpg/rw')).toBe('this machine/rw');
  expect(where('postgres://h/')).toBe('h');
  expect(where('postgres://h/r%0aw')).toBe('h/r\\x0aw');
  // With a blank before it, the driver takes all of it for the name of a database.
  expect(read(' postgres://me:sesame@h/rw ').url).toBe('postgres://me:sesame@h/rw');
  // A % that is one, beside a code.
  expect(read('postgres://me:p%zz%2F x@h/rw').url).toBe('postgres://me:p%25zz%2F%20x@h/rw');
  for (const bad of ['?port=abc', '?port=0', '?port=65536', '?port=-1']) {
    expect(where(`postgres://h/rw${bad}`), bad).toBe('RW121');
  }
  expect(where('postgres://h/rw', { PGPORT: 'abc' })).toBe('RW121');
  expect(where('postgres://h:5/rw', { PGPORT: 'abc' })).toBe('h:5/rw');
  for (const bad of ['postgres:rw', 'postgres://me:%ff@h/rw', 'postgres://h/%ff']) {
    expect(where(bad), bad).toBe('RW121');
  }
});

test('what the driver takes for verify-full is written so', () => {
  const modeOf = (options: string): string | null => {
    const read = readAddress(`postgres://h/rw?${options}`, {});
    return read.ok ? new URL(read.value.url).searchParams.get('sslmode') : 'RW121';
  };
  for (const mode of ['prefer', 'require', 'verify-ca', 'verify-full']) {
    expect(modeOf(`sslmode=${mode}`), mode).toBe('verify-full');
  }
  expect(modeOf('sslmode=no-verify')).toBe('no-verify');
  expect(modeOf('sslmode=require&uselibpqcompat=true')).toBe('require');
  expect(modeOf('')).toBe(null);
});

test('no password is told, however it is written', () => {
  const secret = fc
    .string({ unit: fc.constantFrom(...'sesame0123:/@#?%&=.'), minLength: 6 })
    .map((text) => `zq${text}qz`);
  fc.assert(
    fc.property(secret, fc.constantFrom('me', ''), (password, user) => {
      const read = readAddress(` postgres://${user}:${password}@example.org/rw`, {});
      const told = read.ok ? read.value.where : `${read.error.message} ${read.error.hint}`;
      expect(told).not.toMatch(/zq|qz/);
    }),
    { numRuns: 2000 },
  );
});

test('a command says what is wrong with a URL before anything is done', async () => {
  for (const command of [['worker'], ['matrix'], ['sweep', 'nowhere'], ['conform', 'nowhere']]) {
    const { code, err } = await run([...command, '--queue', 'http://me:sesame@host/rw']);
    expect([code, err.split(':')[0]], command[0]).toEqual([2, 'RW121']);
    expect(err).not.toContain('sesame');
  }
  const { code, err } = await run(['worker']);
  expect([code, err.split(':')[0]]).toEqual([2, 'RW060']);
});
