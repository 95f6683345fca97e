// SPDX-License-Identifier: GPL-2.0-only
// What a worker and a finding are told of a kernel makes that kernel again.
import { expect, test } from 'vitest';
import { draftOf, findRevision, revisionNames } from '#kernel/index';
import { revisionOf, specOf } from '#run/kernel-spec';

test.each(revisionNames())('%s is the same kernel after a trip through its data', (name) => {
  const found = findRevision(name);
  if (!found.ok) throw new Error(name);
  const again = revisionOf(JSON.parse(JSON.stringify(specOf(found.value, []))));
  expect(again.ok && draftOf(again.value).sw).toEqual(draftOf(found.value).sw);
});

test('a tree that has no version of its own of a commit is refused', () => {
  const spec = { name: '6.6.y', commits: ['b46064a18810 6.1.y'], userFixes: [] };
  const again = revisionOf(spec);
  expect(again.ok ? '' : again.error.code).toBe('RW051');
});
