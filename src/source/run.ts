// SPDX-License-Identifier: GPL-2.0-only
// A booted world and its runs: from a plan of switches to events, reports and what was touched.

import type { Report } from '#checker/program';
import type { Rule } from '#checker/scene';
import { RuleContext, rulesFor } from '#properties/index';
import { signaturesFor } from '#signatures/index';
import { sometimesFor } from '#worlds/sometimes';
import type { World } from '#worlds/world';
import type { KernelImage } from './build.ts';
import { type BootedWorld, bootWorld, startThreads } from './machine/boot.ts';
import { EventMaker, type SourceEvent } from './machine/events.ts';
import { Machine } from './machine/machine.ts';
import { KIND } from './machine/memory.ts';
import { type Fault, FaultError, type KernelThread } from './machine/types.ts';
import { Watch } from './machine/watch.ts';
import { wasm } from './wasm/api.ts';

/** Leave the running thread before it passes switch point number @at, for thread @to. */
export interface Preemption {
  readonly at: number;
  readonly to: number;
}

/** Everything that determines a run. */
export interface Plan {
  readonly preemptions: readonly Preemption[];
  /** Which runnable thread goes on wherever one blocks or ends; 0 past the end of the list. */
  readonly choices: readonly number[];
}

/** A place where the running thread blocked or ended and somebody else had to be chosen. */
export interface FreeChoice {
  readonly count: number;
  readonly options: number;
  readonly chosen: number;
}

/** A stretch of one thread between two switches. */
export interface Segment {
  readonly thread: number;
  readonly from: number;
  /** Switch points up to this number were passed. */
  to: number;
  /** Its part of the log, in words. */
  readonly logFrom: number;
  logTo: number;
  /** Threads that could have run instead, when it began. */
  readonly others: readonly number[];
}

export interface RunResult {
  readonly choices: readonly FreeChoice[];
  readonly segments: readonly Segment[];
  /** Per segment: it was ended by a preemption of the plan. */
  readonly preempted: readonly boolean[];
  readonly points: number;
  /** Words that broke the discipline: the set of switch points has grown. */
  readonly demoted: number;
  readonly reports: readonly Report[];
  readonly fault: Fault | null;
  /** False if the plan asked for a thread that could not run there. */
  readonly feasible: boolean;
}

/** A world on an image, booted once and run many times. */
export class SourceRunner {
  readonly machine: Machine;
  readonly world: World;
  readonly booted: BootedWorld;
  readonly events: EventMaker;
  readonly watch: Watch;
  readonly context: RuleContext;
  onEvent: ((e: SourceEvent) => void) | null = null;

  /** @more: rules beside those of the properties. */
  constructor(
    image: KernelImage,
    world: World,
    properties: readonly string[] | null = null,
    more: (ctx: RuleContext) => readonly Rule[] = () => [],
  ) {
    this.machine = new Machine(image);
    this.world = world;
    this.booted = bootWorld(this.machine, world);
    this.machine.snapshot();
    this.events = new EventMaker(this.machine, world, this.booted);
    const { view } = this.events;
    this.context = new RuleContext(world, {
      device: (name) => view.deviceHandle(name),
      instance: (name) => view.instanceHandle(name),
      deferred: view.deferred,
    });
    this.watch = new Watch(
      {
        rules: [...rulesFor(this.context, properties), ...more(this.context)],
        signatures: signaturesFor(this.context),
        sometimes: sometimesFor(this.context),
      },
      view,
    );
    this.events.onEvent = (e) => {
      this.watch.hear(e);
      this.onEvent?.(e);
    };
  }

  /** Back to the snapshot, with the world's threads ready to start. */
  begin(): void {
    this.machine.restore();
    this.events.view.reset();
    this.watch.begin();
    startThreads(this.machine, this.world, this.booted);
  }

  /** One whole run. @lenient: where the plan's thread cannot run, another one does. */
  run(plan: Plan, traced = false, lenient = false): RunResult {
    this.begin();
    this.machine.mem.trace = traced;
    const choices: FreeChoice[] = [];
    const segments: Segment[] = [];
    const preempted: boolean[] = [];
    let fault: Fault | null = null;
    let feasible = true;
    let next: number | null = null;
    let preemption = 0;
    const { machine } = this;
    const { mem, threads } = machine;
    try {
      for (;;) {
        const ready = threads.filter((t) => machine.runnable(t));
        if (ready.length === 0) break;
        let t: KernelThread;
        if (next !== null) {
          const wanted = next;
          const found = ready.find((r) => r.id === wanted);
          if (!found && !lenient) {
            feasible = false;
            break;
          }
          t = found ?? ready[0]!;
          next = null;
        } else {
          const chosen = Math.min(plan.choices[choices.length] ?? 0, ready.length - 1);
          choices.push({ count: mem.count, options: ready.length, chosen });
          t = ready[chosen]!;
        }
        const segment: Segment = {
          thread: t.id,
          from: mem.count,
          to: 0,
          logFrom: mem.logLength,
          logTo: 0,
          others: ready.filter((r) => r !== t).map((r) => r.id),
        };
        segments.push(segment);
        const p = plan.preemptions[preemption];
        mem.stop = p?.at ?? 0;
        machine.resume(t);
        if (p && mem.count === p.at && t.pending && !t.done) {
          // The point itself is passed when the thread comes back.
          next = p.to;
          preemption++;
        }
        preempted.push(next !== null);
        segment.to = mem.count;
        segment.logTo = mem.logLength;
      }
      if (feasible) this.finish();
    } catch (e) {
      fault = this.caught(e);
    }
    return {
      choices,
      segments,
      preempted,
      points: mem.count,
      demoted: mem.demoted,
      reports: this.watch.reports,
      fault,
      feasible,
    };
  }

  /** Nothing is runnable: judge the end, or report who waits for whom. */
  finish(): void {
    const stuck = this.machine.threads.filter((t) => !t.done);
    if (stuck.length > 0) throw new FaultError(this.deadlock(stuck));
    this.watch.atEnd();
  }

  /** file:line of a site. */
  place(site: number): string {
    const frames = this.machine.image.frames[site] ?? [];
    const at = frames.find((f) => f.file.endsWith('.c')) ?? frames[0];
    return at ? `${at.file}:${at.line}` : 'an unknown place';
  }

  private deadlock(stuck: readonly KernelThread[]): Fault {
    const waits = stuck.map((t) => {
      const b = t.blocked!;
      const holder = this.machine.threads.find((h) => h.held.some((l) => l.addr === b.addr));
      const held = t.held.map((l) => this.machine.nameOf(l.addr)).join(', ');
      const whom = holder ? ` held by ${holder.name}` : '';
      const at = this.place(t.opSite);
      const what = `${b.kind} ${this.machine.nameOf(b.addr)}${whom}`;
      return `${t.name} waits at ${at} for ${what}, holding ${held || 'nothing'}`;
    });
    return {
      kind: 'deadlock',
      text: waits.join('; '),
      thread: stuck[0]!.name,
      site: stuck[0]!.opSite,
      addr: stuck[0]!.blocked?.addr ?? 0,
      stack: stuck[0]!.blockedStack,
      otherStack: stuck[1]?.blockedStack ?? [],
    };
  }

  /** What an exception that came through the kernel's frames means. */
  caught(e: unknown): Fault {
    const { machine } = this;
    const thread = machine.current?.name ?? 'boot';
    let fault: Fault;
    if (e instanceof FaultError) fault = e.fault;
    else if (e instanceof wasm.RuntimeError) {
      const text = `trap: ${e.message}`;
      fault = { kind: 'trap', text, thread, site: -1, addr: 0, stack: [], otherStack: [] };
    } else throw e;
    machine.abandon();
    this.watch.add({
      property: PROPERTY_OF_FAULT[fault.kind],
      subject: fault.thread,
      because:
        fault.kind === 'deadlock' ? fault.text : `${fault.text}, at ${this.place(fault.site)}`,
      facts: { thread: fault.thread, fn: fault.stack[0] ?? null },
    });
    return fault;
  }
}

/** Names of the machine's own detectors, as the properties know them. */
const PROPERTY_OF_FAULT: Readonly<Record<Fault['kind'], string>> = {
  'null-dereference': 'null-dereference',
  'wild-pointer': 'oops',
  'use-after-free': 'use-after-free',
  'double-free': 'double-free',
  deadlock: 'deadlock',
  bug: 'oops',
  trap: 'oops',
  'bad-unlock': 'bad-unlock',
};

export { KIND };
