// SPDX-License-Identifier: GPL-2.0-only
// What can be done on the page of a finding: each command has a key, and a button of the same name.

import type { PaneRow } from '#view/model/rows';
import type { Pane } from './pane.ts';
import type { OpenFinding } from './state.ts';

/** A key, what its button is called, and what it does. */
export interface Command {
  readonly keys: readonly string[];
  readonly name: string;
  readonly does: () => void;
}

/** What commands can do to the page. */
interface PageActions {
  readonly look: (step: number) => void;
  readonly draw: () => void;
  readonly reveal: () => void;
  readonly back: () => void;
  readonly explore: () => void;
  readonly swap: () => void;
  readonly save: () => void;
}

/** The commands that there are now. */
export function commandsOf(
  shown: OpenFinding,
  panes: readonly Pane[],
  drawn: readonly (readonly PaneRow[])[],
  doing: PageActions,
): readonly Command[] {
  const { draw, reveal } = doing;
  return [
    ...goingOn(shown, drawn, doing),
    ...places(shown, panes, doing),
    command('e', shown.all ? 'fold' : 'all steps', () => {
      shown.all = !shown.all;
      draw();
      reveal();
    }),
    ...comparing(shown, doing),
    ...branching(shown, doing),
    command('m', 'as a mail', () => {
      shown.mail = !shown.mail;
      draw();
    }),
    command('t', 'save trace.dat', doing.save),
    command('?', 'keys', () => {
      shown.help = !shown.help;
      draw();
    }),
  ];
}

function command(key: string, name: string, does: () => void): Command {
  return { keys: [key], name, does };
}

function goingOn(
  shown: OpenFinding,
  drawn: readonly (readonly PaneRow[])[],
  { look }: PageActions,
): Command[] {
  const rows = drawn[Math.min(shown.active, drawn.length - 1)] ?? [];
  const here = rows.findIndex((r) => r.from <= shown.step && shown.step <= r.to);
  const to = (row: PaneRow | undefined): void => row && look(row.from);
  const before = rows.slice(0, Math.max(0, here));
  return [
    command('j', 'next', () => to(rows[here + 1])),
    command('k', 'before', () => to(rows[here - 1])),
    command('n', 'next switch', () => to(rows.find((r, i) => i > here && r.switches))),
    command('p', 'switch before', () => to(before.findLast((r) => r.switches))),
  ];
}

function places(
  shown: OpenFinding,
  panes: readonly Pane[],
  { look, swap }: PageActions,
): Command[] {
  const pane = panes[Math.min(shown.active, panes.length - 1)];
  const pair = pane?.finding.why?.pair;
  const noReturn = pane?.reasons?.chance?.noReturn ?? null;
  const all: Command[] = [];
  if (pair) {
    const [a, b] = [pair.victim, pair.intruder].sort((x, y) => x - y) as [number, number];
    all.push(command('d', 'what decides', () => look(shown.step === a ? b : a)));
  }
  if (pair && shown.engine === 'ready' && shown.swapped === null && shown.forks.length === 0) {
    all.push(command('s', 'the other way round', swap));
  }
  if (noReturn !== null) all.push(command('o', 'no return', () => look(noReturn)));
  return all;
}

function comparing(shown: OpenFinding, { draw, explore }: PageActions): Command[] {
  if (shown.kernels.length === 0) return [];
  const choose = command('c', 'another kernel', () => {
    shown.choosing = !shown.choosing;
    draw();
    document.getElementById('kernel')?.focus();
  });
  if (shown.compared === null || shown.explored !== 'not asked') return [choose];
  return [choose, command('x', 'explore again', explore)];
}

function branching(shown: OpenFinding, { look, back }: PageActions): Command[] {
  if (shown.forks.length === 0 && shown.beside === null) return [];
  const turn = (): void => {
    shown.active = 1 - shown.active;
    look(shown.step);
  };
  const leave = shown.beside === null ? 'leave the branch' : 'leave the other side';
  return [command('b', 'other side', turn), command('Esc', leave, back)];
}
