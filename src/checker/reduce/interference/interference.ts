// SPDX-License-Identifier: GPL-2.0-only
// What others can do before a thread moves, given the values that cells can have by then.
//
// The idea. futures.ts takes every result of a load for possible. But a worker whose list is empty
// goes back to sleep, and a walk steps over a device that has its group. So here the threads other
// than t run over their automata, all at once, until nothing new is reached: past a load only with
// a value that the cell has now or that one of them has been seen to store. That is more than they
// can do (values of different moments meet, and locks that they take do not stop others), and much
// less than their whole future. If nothing that is reached is dependent with t's step, it is quiet.
//
//   T1: x = 1  <- here                list is empty, and T1 alone would fill it: T2 does not get
//   T2: wait until list; read x       past its wait before T1 has moved, so "x = 1" is quiet
//   T3: y = 1; done
//
// Why that holds. While t stands still, let the others make some run. Its first step is one of a
// thread where it stands now; and if all steps so far were reached, so is the next: what it loads
// is what was there before, or what one of those steps has stored.
//
// A store of what a cell has already, and will have until t moves, is a read: nobody can tell when
// it happens. If some other thread may store another value first, that one writes.
//
// What is reached does not depend on who asks, but for the locks that it holds. So what is done to
// cells there, the footprint of the others, is kept with where they stand and the values that were
// looked at; who asks next, most often t again a step later, only compares.
//
// Learning. The automata are not complete before the search is over. A local state out of which no
// edge is known counts as able to do anything; where only the edge for some value is not known, no
// run with it has been seen. Each answer "quiet" is kept with the local states of the others and
// the values that were looked at, and asked again at the end (assumptions.ts). In the end all hold
// for the automata as they are then, and a shortest run that leaves what is known is found by the
// argument at the head of discipline.ts: its last step, out of a known local state, was looked at.

import { type Kept, loadParts, sameVersion, saveParts } from '#base/saved';
import { FOOTPRINT_SLACK } from '#checker/limits';
import type { Instruction } from '#checker/machine/code';
import type { Machine } from '#checker/machine/machine';
import type { Reliance } from '#checker/reduce/reliance';
import type { Doing, FutureFaults, Sections } from '#checker/reduce/sections';
import { ACCESS, Access } from '#checker/reduce/sections';
import { Askers, SECTION, SEEN, SILENT } from './asker.ts';
import { Clashes } from './clashes.ts';
import { EXACT, Footprints, OTHER } from './footprints.ts';
import { ReachWithValues } from './reach.ts';

/** Answers whether a step is quiet, given the values that cells can have. */
export class FutureWithValues implements Kept {
  private readonly machine: Machine;
  private readonly askers: Askers;
  private readonly reach: ReachWithValues;
  private readonly footprints: Footprints;
  private readonly clashes = new Clashes();
  private readonly why = { starts: [] as number[], cells: [] as number[] };

  constructor(machine: Machine, sections: Sections, faults?: FutureFaults) {
    this.machine = machine;
    this.askers = new Askers(machine, sections);
    this.reach = new ReachWithValues(machine, faults);
    this.footprints = new Footprints(machine, this.askers, this.reach);
  }

  /**
   * True if nothing that others can do before @t moves is dependent with its step @i. @reliance
   * learns why; there are none where the automata are complete.
   */
  isQuiet(t: number, i: Instruction, visible: boolean, reliance?: Reliance): boolean {
    if (ACCESS[i.code] === Access.none) return false;
    const silent = this.machine.isSilent(t) ? SILENT : 0;
    return this.asks(t, (visible ? SEEN : 0) | silent, reliance);
  }

  /** The same of all of the section that @t is about to begin. */
  isQuietSection(t: number, reliance: Reliance): boolean {
    return this.asks(t, SECTION, reliance);
  }

  private asks(t: number, marks: number, reliance?: Reliance): boolean {
    const { footprints, askers, clashes } = this;
    const asker = askers.of(t, marks);
    const others = footprints.ask(t);
    const { slots } = this.machine.state;
    for (let u = 0; u < others.length; u++) {
      if (clashes.has(asker, others[u]!, others, slots)) return false;
    }
    const does = askers.doing(asker);
    if (does === null) return false;
    // Where nobody learns of it, nobody asks again.
    const slack = reliance === undefined ? 0 : FOOTPRINT_SLACK;
    for (let known = footprints.first(); known >= 0; known = footprints.next(known)) {
      const fit = footprints.fits(known);
      if (fit === OTHER || !footprints.isCurrent(known, slack)) continue;
      if (!footprints.meets(known, does)) {
        reliance?.noteInterference(t, known, asker);
        return true;
      }
      if (fit === EXACT) return false;
    }
    const footprint = footprints.find(others);
    if (footprint < 0) return false;
    const isApart = !footprints.meets(footprint, does);
    if (isApart) reliance?.noteInterference(t, footprint, asker);
    else this.noteClash(asker, does);
    return isApart;
  }

  /** Keep why the latest answer was no. */
  private noteClash(asker: number, does: Doing): void {
    const { starts, cells } = this.why;
    starts.length = 0;
    cells.length = 0;
    if (this.reach.why(does, starts, cells)) this.clashes.add(asker, starts, cells);
  }

  /** True if it still holds that @asker does nothing that is dependent with @footprint. */
  holds(footprint: number, asker: number): boolean {
    if (!this.footprints.isCurrent(footprint, 0)) return false;
    const does = this.askers.doing(asker);
    return does !== null && !this.footprints.meets(footprint, does);
  }

  private parts() {
    const { askers, reach, footprints, clashes } = this;
    return { askers, reach, footprints, clashes };
  }

  save() {
    return { version: 1, ...saveParts(this.parts()) };
  }

  load(saved: ReturnType<FutureWithValues['save']>): void {
    sameVersion(saved, 1, 'futures with values');
    loadParts(this.parts(), saved);
  }
}
