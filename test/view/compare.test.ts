// SPDX-License-Identifier: GPL-2.0-only
// What a page says of another kernel, held against the search that check and the matrix make.
import { beforeAll, expect, test } from 'vitest';
import type { Finding } from '#finding/finding';
import { exploreWorld } from '#run/explore';
import { kernelNamed } from '#view/engine/kernels';
import { Session } from '#view/engine/session';
import type { SeenBroken } from '#view/model/data';
import type { World } from '#worlds/world';
import { laptopFindings } from '../support/laptop-findings.ts';

let finding: Finding;
let session: Session;

beforeAll(async () => {
  finding = (await laptopFindings()).find((f) => f.property === 'P1')!;
  session = Session.open(finding) as Session;
});

const fix = '@+da33e87bd2bf';

/** Rules and windows, as the reduced search of the whole world finds them. */
function searched(id: string | null): string[] {
  const kernel = kernelNamed(finding.revision, id ?? finding.revision.name);
  if (!kernel.ok) throw new Error(kernel.error.message);
  const derived = { world: finding.world as World, classKey: 'any', devices: [] };
  const { sightings, bounded } = exploreWorld(derived, kernel.value);
  expect(bounded).toBe(false);
  return unique(sightings.filter((s) => s.report !== 'livelock'));
}

function unique(all: readonly { property: string; window: string | null }[]): string[] {
  return [...new Set(all.map((r) => `${r.property} ${r.window}`))].sort();
}

test('all orders come to what the search of check finds, with the fix and without', () => {
  const { closed, opened, left } = session.explore(fix)!;
  const both = (a: readonly SeenBroken[], b: readonly SeenBroken[]) => unique([...a, ...b]);
  expect(both(closed, left)).toEqual(searched(null));
  expect(both(opened, left)).toEqual(searched(fix));
  expect(closed.map((r) => r.window)).toContain('C09');
  expect(left.length).toBeGreaterThan(0);
});

test('under its own kernel the order is the same, and nothing closes or opens', () => {
  const own = session.compare(fix)!;
  expect(own.parts).not.toBeNull();
  const { name } = finding.revision;
  expect(session.kernels().map((k) => k.id)).not.toContain(name);
  expect(session.compare(name)).toBeNull();
  const same = session.explore(name)!;
  expect([same.closed, same.opened]).toEqual([[], []]);
});

test('the kernels part at the first step that is another one', () => {
  const { parts, story } = session.compare(fix)!;
  const said = (s: Finding['trace'][number]) => [s.thread, s.op, s.object, s.field, s.result];
  const before = story.trace.slice(0, parts!);
  expect(before.map(said)).toEqual(finding.trace.slice(0, parts!).map(said));
  expect(before.map((s) => s.events)).toEqual(finding.trace.slice(0, parts!).map((s) => s.events));
  const [ours, theirs] = [finding.trace[parts!]!, story.trace[parts!]!];
  expect([...said(theirs), theirs.function, theirs.events]).not.toEqual([
    ...said(ours),
    ours.function,
    ours.events,
  ]);
});

test('a kernel that is not known, or can not be made, is refused', () => {
  for (const id of ['9.99', '@+000000000000', '@~da33e87bd2bf', '', '@']) {
    expect([id, session.compare(id), session.explore(id)]).toEqual([id, null, null]);
  }
});
