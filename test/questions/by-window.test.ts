// SPDX-License-Identifier: GPL-2.0-only
// What a check with --window says of the worlds that a window names, under the kernels that it
// names: `found` where it is open, and nothing that would be a name for it where it is closed.
import { describe, expect, test } from 'vitest';
import { windowVerdictsOf } from '#questions/verdicts';
import { specOf } from '#run/kernel-spec';
import { runWorld } from '#run/run-world';
import { isNamedBy, windows } from '#windows/index';
import { genericWorlds } from '#worlds/generic';
import { kernel } from '../support/boards.ts';
import { rowsOf } from '../support/sweep.ts';

/** Windows whose worlds are small. */
const small = ['C11', 'C17', 'C19', 'C33'];

// C30 is told over all runs: test/windows/lock-order.test.ts. Kernels with other commits added are
// for test/windows/windows.test.ts.
const told = windows.filter(({ id }) => id !== 'C30');
const rows = told.flatMap(({ id, worlds }) =>
  worlds.flatMap(({ world, found = [], absent = [] }) =>
    [...found, ...absent]
      .filter((name) => !name.includes('+'))
      .map((name) => {
        return { id, name, world, isOpen: found.includes(name), sweep: !small.includes(id) };
      }),
  ),
);

describe.each(rowsOf(rows))(
  '--window $id --kernel $name, $world',
  ({ id, name, world, isOpen }) => {
    test(isOpen ? 'finds it' : 'finds no such thing', () => {
      const revision = kernel(name);
      const derived = genericWorlds().find((w) => isNamedBy(w, world))!;
      const outcome = runWorld({
        ask: 'check',
        world: derived.world,
        kernel: specOf(revision, []),
        properties: null,
        windows: [id],
        strategy: { kind: 'exhaustive' },
        statesMax: 60_000,
        timeMaxMs: null,
        minimiseMax: 0,
      });
      const [row] = windowVerdictsOf([{ derived, outcome }], {
        properties: null,
        windows: [id],
        revision,
        worlds: [],
        elsewhere: () => [],
        comes: () => 'unknown',
        later: () => null,
        barred: () => null,
        idle: () => [],
      });
      if (isOpen) {
        expect(row?.outcome).toBe('found');
        return;
      }
      expect(outcome.findings.map((f) => f.window)).not.toContain(id);
      expect(['absent', 'not reached', 'bounded']).toContain(row?.outcome);
      if (row?.outcome === 'not reached') expect(row.reason).toContain('no run came to');
    });
  },
);
