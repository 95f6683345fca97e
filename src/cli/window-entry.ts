// SPDX-License-Identifier: GPL-2.0-only
// A window as `racewindow windows` tells it: the kernels that are expected to have it, and why.

import { type Commit, commitLine, findRevision, landedOf, revisionNames } from '#kernel/index';
import { ranges } from '#report/matrix';
import { expectedIn, type Way, type Window } from '#windows/index';
import type { WindowEntry, WindowWay } from './pipeline.ts';

/** What is told of @window. */
export function windowEntry(window: Window): WindowEntry {
  const { id, name, title, text, precondition, symptom, links, ways } = window;
  const names = revisionNames();
  const having = names.filter((kernel) => expectedIn(window, stackOf(kernel)) === 'found');
  const isOpen = having.includes(names[names.length - 1] ?? '');
  return {
    ...{ id, name, title, text, precondition, symptom, links },
    state: ways.length === 0 ? 'absent' : isOpen ? 'open' : 'closed',
    kernels: ranges(having, names),
    ways: ways.map(wayEntry),
  };
}

function wayEntry({ what, opened, closed, backports = [], untold }: Way): WindowWay {
  return {
    what: what ?? null,
    opened: opened === null ? null : commitLine(opened),
    closed: [
      ...closed.map((sha) => `${commitLine(sha)}, ${landedOf(sha)}`),
      ...backports.map(({ sha, landed }) => `${commitLine(sha)}, as ${landed} has it`),
    ],
    untold: untold ?? null,
  };
}

function stackOf(kernel: string): readonly Commit[] {
  const found = findRevision(kernel);
  if (!found.ok) throw new Error(`${kernel} is listed but not there`);
  return found.value.commits;
}
