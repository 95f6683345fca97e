// SPDX-License-Identifier: GPL-2.0-only
// The story of a run: which thread did what to which device, in the order in which it happened.
//
// The model and the kernel's own C report the same events. A story is all of those that both sides
// can report, in one order over all threads and devices; what is named by one side alone (which
// domain, which group object) is left out.
//
//   swapper/0   walk-visit b0000000.eth mmu0
//   swapper/0   init-begin b0000000.eth walk
//   modprobe    driver-set b0000000.eth

import { Machine } from '#checker/machine/machine';
import type { Choice } from '#checker/program/run';
import type { Rule, Scene } from '#checker/program/scene';
import { exhaustive } from '#checker/search/exhaustive';
import { byField, type EventName } from '#env/events';

/**
 * Events of a story: those that the environment of the C makes as well. Not
 * `configure-begin` and `configure-skipped`: the model tells them where the driver is tested, the
 * C where dma_configure begins, or would have been over.
 */
const TOLD: readonly EventName[] = [
  'instance-listed',
  'instance-ready',
  'register-end',
  'walk-visit',
  'ops-missing',
  'init-begin',
  'init-end',
  'probe-device',
  'group-set',
  'late-warn',
  'default-domain-set',
  'fwspec-built',
  'not-ready-deferred',
  'not-ready-accepted',
  'fwspec-incomplete',
  'fwspec-found',
  'replay-begin',
  'replay-end',
  'driver-set',
  'driver-clear',
  'driver-probe',
  'driver-probe-end',
  'use-default-domain',
  'instance-not-found',
  'bound',
  'deferred',
  'probe-failed',
  'device-removed',
];

const isTold: ReadonlySet<string> = new Set(TOLD);

/** One event: the thread, and what it did. */
export interface Told {
  readonly thread: string;
  readonly text: string;
}

/** An event as part of a story; null where it is none. */
export function told(e: {
  readonly thread: string;
  readonly name: string;
  readonly args: readonly unknown[];
}): Told | null {
  if (e.thread === 'boot' || !isTold.has(e.name)) return null;
  // The model tells it in one step with group-set.
  if (e.name === 'init-end' && String(byField(e.name, e.args).errno) === '0') return null;
  return { thread: threadOf(e.thread), text: [e.name, ...e.args.map(nameOf)].join(' ') };
}

/** Workers of async_schedule(): the model names them after their device, the C by number. */
export function threadOf(name: string): string {
  return /^kworker\/(async:.*|u8:[2-7])$/.test(name) ? 'kworker/async' : name;
}

/** What both sides call an argument. */
function nameOf(arg: unknown): string {
  const text = String(arg ?? 'NULL').replace(/\.iommu_device$/, '');
  if (/domain[#@]/.test(text)) return 'domain';
  return /^group |iommu_group[#@]/.test(text) ? 'group' : text;
}

/** A run as it is told. */
export interface Story {
  readonly events: readonly Told[];
  /** A fault has ended the run. */
  readonly faulty: boolean;
}

const lineOf = (t: Told): string => `${t.thread} ${t.text}`;

/** What a thread did between two switches. */
export interface Turn {
  readonly thread: string;
  readonly events: Told[];
}

/** The turns of a run of @machine. */
export function turnsOf(machine: Machine, run: readonly Choice[]): Turn[] {
  machine.reset();
  const turns: Turn[] = [];
  for (const { thread: t, choice } of run) {
    const step = machine.record(t, choice);
    const thread = threadOf(step.thread);
    if (turns.at(-1)?.thread !== thread) turns.push({ thread, events: [] });
    for (const line of step.events) {
      const [name = '', ...args] = line.split(' ');
      const e = told({ thread: step.thread, name, args });
      if (e) turns.at(-1)!.events.push(e);
    }
  }
  return turns;
}

/** Stories with common beginnings told once. */
class Tree {
  /** Per node: what comes next. */
  private readonly next: Map<string, number>[] = [new Map()];

  /** The node where a story ends. */
  add(events: readonly Told[]): number {
    let at = 0;
    for (const t of events) {
      const line = lineOf(t);
      let to = this.next[at]!.get(line);
      if (to === undefined) {
        to = this.next.push(new Map()) - 1;
        this.next[at]!.set(line, to);
      }
      at = to;
    }
    return at;
  }

  after(node: number, t: Told): number {
    return this.next[node]!.get(lineOf(t)) ?? LEFT;
  }
}

/** State of a run that no story goes like. */
const LEFT = -1;

/** A story that the model does not know. */
interface Unheard {
  readonly story: Story;
  /** Where they part: the event before, the one of the story, and those of the model. */
  readonly text: string;
}

/** What the model makes of stories. */
export interface Retold {
  /** Those that no run of the model goes like; they mean nothing unless it is complete. */
  readonly unheard: readonly Unheard[];
  readonly complete: boolean;
}

/** Where @story leaves what the model does: @heard has that by node. */
function parting(story: Story, tree: Tree, heard: ReadonlyMap<number, ReadonlySet<string>>) {
  let at = 0;
  let before = 'the beginning';
  for (const t of [...story.events, null]) {
    const here = heard.get(at);
    const line = t ? lineOf(t) : story.faulty ? 'a fault' : 'the end';
    if (!t || !here?.has(line)) {
      const others = [...(here ?? [])].sort().join(' or ') || 'the end';
      return `after ${before}: ${line}; the model: ${others}`;
    }
    at = tree.after(at, t);
    before = line;
  }
  return before;
}

/** Which of @stories the model of @scene can go through: all of its runs are looked at. */
export function retell(scene: Scene, stories: readonly Story[], statesMax: number): Retold {
  const tree = new Tree();
  const ends = stories.map((s) => tree.add(s.events));
  const passed = new Set([0]);
  const ended = new Set<number>();
  const heard = new Map<number, Set<string>>();
  const rule: Rule = {
    id: 'story',
    events: TOLD,
    reads: [],
    initial: 0,
    onEvent: (state, e) => {
      const t = told(e);
      if (!t || state === LEFT) return undefined;
      const from = state as number;
      const to = tree.after(from, t);
      passed.add(to);
      heard.set(from, (heard.get(from) ?? new Set()).add(lineOf(t)));
      return { state: to };
    },
    atEnd: (_peek, state) => {
      ended.add(state as number);
      return undefined;
    },
  };
  const machine = new Machine({ ...scene, rules: [rule], signatures: [], sometimes: [] });
  const { bounded } = exhaustive(machine, { statesMax, onTerminal: () => machine.atEnd() });
  // A run that a fault ends is not judged: that the model comes there is all that is asked.
  const missing = stories.filter((s, i) => !(s.faulty ? passed : ended).has(ends[i]!));
  const unheard = missing.map((story) => ({ story, text: parting(story, tree, heard) }));
  return { unheard, complete: bounded.length === 0 };
}
