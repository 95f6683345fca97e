// SPDX-License-Identifier: GPL-2.0-only
// What it means that nothing can go on: a settled run, a deadlock, or a wake-up that was lost.

import type { Report } from '#checker/program/program';
import { Code, type Instruction } from './code.ts';
import type { MachineView } from './view.ts';

/** A thread that is not done and cannot go on. */
interface StuckThread {
  readonly name: string;
  readonly daemon: boolean;
  readonly i: Instruction;
  /** Threads that hold the lock it waits for; none where it waits for a value. */
  readonly holders: readonly string[];
}

/**
 * Judge the threads that are stuck where nothing is enabled: null if they are daemons waiting for
 * work, a report `deadlock` if a lock is in it, else `lost-wake-up`.
 */
export function deadlock(stuck: readonly StuckThread[]): Omit<Report, 'window'> | null {
  if (stuck.every((thread) => thread.daemon && thread.i.op.kind === 'wait')) return null;
  const chain = cycle(stuck);
  const property = stuck.every((thread) => thread.i.op.kind === 'wait')
    ? 'lost-wake-up'
    : 'deadlock';
  const links = chain.map((thread) => {
    const { op } = thread.i;
    const what = op.field === '' ? op.obj.name : `${op.obj.name}.${op.field}`;
    const by = thread.holders.length === 0 ? '' : ` held by ${thread.holders.join(', ')}`;
    return `${thread.name} waits for ${what}${by}`;
  });
  const subject = chain.map((thread) => thread.i.op.obj.name).sort()[0] ?? '';
  return {
    property,
    subject,
    because: links.join('; '),
    facts: { threads: chain.length, cycle: chain.map((thread) => thread.name).join(' -> ') },
  };
}

/** The threads of a wait-for cycle, or all that are stuck and should not be where there is none. */
function cycle(stuck: readonly StuckThread[]): readonly StuckThread[] {
  const byName = new Map(stuck.map((thread) => [thread.name, thread]));
  for (const start of stuck) {
    const found = wayBack(start, byName);
    if (found !== null) return found;
  }
  return stuck.filter((thread) => !(thread.daemon && thread.i.op.kind === 'wait'));
}

/** The shortest way from @start over holders of what each waits for to @start; null if none. */
function wayBack(
  start: StuckThread,
  byName: ReadonlyMap<string, StuckThread>,
): readonly StuckThread[] | null {
  const seen = new Set([start]);
  let paths: StuckThread[][] = [[start]];
  while (paths.length > 0) {
    const longer: StuckThread[][] = [];
    for (const path of paths) {
      for (const name of path[path.length - 1]!.holders) {
        const next = byName.get(name);
        if (next === start) return path;
        if (next === undefined || seen.has(next)) continue;
        seen.add(next);
        longer.push([...path, next]);
      }
    }
    paths = longer;
  }
  return null;
}

/** The threads of @machine, where nothing is enabled, that are not done. */
export function stuckThreads(machine: MachineView): StuckThread[] {
  const stuck: StuckThread[] = [];
  for (let t = 0; t < machine.threadCount(); t++) {
    if (machine.isDone(t)) continue;
    const i = machine.instruction(machine.local(t));
    const holders = holdersOf(machine, i);
    stuck.push({ name: machine.threadName(t), daemon: machine.isDaemon(t), i, holders });
  }
  return stuck;
}

/** Names of the threads that hold what @i waits for. */
function holdersOf(machine: MachineView, i: Instruction): string[] {
  if (i.code === Code.wait) return [];
  const { slots } = machine.state;
  const content = slots[i.cell]!;
  if (content > 0) return [machine.threadName(content - 1)];
  const holders: string[] = [];
  for (let t = 0; t < machine.threadCount(); t++) {
    if (slots[machine.memory.reader(i.cell, t)] !== 0) holders.push(machine.threadName(t));
  }
  return holders;
}
