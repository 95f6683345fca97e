// SPDX-License-Identifier: GPL-2.0-only
// The URL of a queue: what is told of it never has its password.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readAddress } from '#queue/address';
import { run } from '../cli/fake.ts';

test('a URL is told by its host and its database', () => {
  const where = (url: string): string => {
    const read = readAddress(url);
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

test('no password is told, however it is written', () => {
  const secret = fc
    .string({ unit: fc.constantFrom(...'sesame0123:/@#?%&=.'), minLength: 6 })
    .map((text) => `zq${text}qz`);
  fc.assert(
    fc.property(secret, fc.constantFrom('me', ''), (password, user) => {
      const read = readAddress(`postgres://${user}:${password}@example.org/rw`);
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
