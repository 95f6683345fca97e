// SPDX-License-Identifier: GPL-2.0-only
// A plain depth-first search with state caching and no reduction: the simplest complete strategy.

import type { Program, Report } from '../../../src/checker/program/program.ts';

/** What the plain search found. */
export interface PlainResult {
  readonly states: number;
  readonly transitions: number;
  readonly reports: readonly Report[];
}

/** Visit every state of @program that can be reached. Needs undo and fingerprint. */
export function searchAll(
  program: Required<Pick<Program, 'mark' | 'undo'>> & Program,
): PlainResult {
  const seen = new Set<string>();
  const words = new Uint32Array(4);
  const reports = new Map<string, Report>();
  let transitions = 0;
  const note = (list: readonly Report[]) => {
    for (const r of list) reports.set(`${r.property}|${r.window}|${r.subject}`, r);
  };
  const visit = (): void => {
    program.fingerprint?.(words);
    const key = words.join();
    if (seen.has(key)) return;
    seen.add(key);
    let moved = false;
    for (let t = 0; t < program.threadCount(); t++) {
      if (!program.enabled(t)) continue;
      moved = true;
      for (let c = 0; c < program.choices(t); c++) {
        const mark = program.mark();
        program.step(t, c);
        transitions++;
        note(program.reports);
        visit();
        program.undo(mark);
      }
    }
    if (!moved) note(program.atEnd());
  };
  program.reset();
  visit();
  return { states: seen.size, transitions, reports: [...reports.values()] };
}
