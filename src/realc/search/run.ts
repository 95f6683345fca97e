// SPDX-License-Identifier: GPL-2.0-only
// A booted world and its runs: from a plan of switches to events, reports and what was touched.

import type { Rule } from '#checker/program/scene';
import { askedFor, RuleContext, rulesFor } from '#properties/index';
import { sometimesFor } from '#properties/sometimes';
import type { SourceFrame } from '#realc/build/dwarf/info';
import type { KernelImage } from '#realc/build/image';
import { wasm } from '#realc/build/wasm/api';
import { type BootedWorld, bootWorld, startThreads } from '#realc/machine/boot';
import { EventMaker, type SourceEvent } from '#realc/machine/events';
import { ImageMachine } from '#realc/machine/machine';
import { loadMachine, saveMachine } from '#realc/machine/save';
import { type Fault, FaultError, type KernelThread } from '#realc/machine/types';
import { RuleWatch } from '#realc/machine/watch';
import { KIND } from '#realc/machine/words';
import { preconditionsFor, preconditionsOf, signaturesFor } from '#windows/index';
import type { World } from '#worlds/world';
import {
  type Checkpoint,
  fresh,
  type Plan,
  type Preemption,
  type Progress,
  type RunResult,
  Trunk,
} from './plan.ts';

/** What a world is watched by, beside all signatures. */
interface Watching {
  /** Rules by id; null for all. */
  readonly properties?: readonly string[] | null;
  /** Windows of which it is asked whether what they need comes about. */
  readonly windows?: readonly string[] | null;
  /** Rules beside those of the properties. */
  readonly more?: (ctx: RuleContext) => readonly Rule[];
}

/** How a run is to be made, beside its plan. */
interface RunOptions {
  /** Where the plan's thread cannot run, another one does. */
  readonly lenient?: boolean;
  /** Told of every switch point above @above once the plan's preemptions are made. */
  readonly stop?: (progress: Progress, t: KernelThread) => void;
  readonly above?: number;
  /** Who goes on past the plan's choices: one of those who can; 0 ends the run. */
  readonly pick?: (able: readonly KernelThread[]) => number;
  /** Told, before it is made, of the last preemption of the plan, or of the first pick. */
  readonly arrive?: (progress: Progress, t: KernelThread | null) => void;
  /** Every access is told of: EventMaker.onAccess. */
  readonly traced?: boolean;
  /** Told of every preemption of the plan. */
  readonly left?: () => void;
}

/** A world on an image, booted once and run many times. */
export class SourceRunner {
  readonly machine: ImageMachine;
  readonly world: World;
  readonly booted: BootedWorld;
  readonly events: EventMaker;
  readonly watch: RuleWatch;
  readonly context: RuleContext;
  onEvent: ((e: SourceEvent) => void) | null = null;

  constructor(image: KernelImage, world: World, watching: Watching = {}) {
    const { properties = null, windows, more = () => [] } = watching;
    this.machine = new ImageMachine(image);
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
    this.watch = new RuleWatch(
      {
        rules: [...rulesFor(this.context, properties), ...more(this.context)],
        signatures: signaturesFor(this.context),
        sometimes: [
          ...sometimesFor(this.context),
          ...askedFor(this.context, properties),
          ...preconditionsFor(this.context, () => view.hasReady(), preconditionsOf(windows ?? [])),
        ],
      },
      view,
    );
    this.events.onEvent = (e) => {
      if (this.machine.stepping) {
        for (const word of this.watch.wordsOf(e)) this.machine.mem.note(0, word, KIND.write);
      }
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
    return this.goOn(plan, fresh(), { lenient });
  }

  /** One whole run, or what is left of one after @from, in which others choose as they like. */
  runBy(plan: Plan, from: Checkpoint | null, way: RunOptions): RunResult {
    if (from) return this.resume(plan, from, way);
    this.begin();
    this.machine.mem.trace = way.traced ?? false;
    return this.goOn(plan, fresh(), way);
  }

  /** The rest of a run: @plan does up to @from what the run did that @from was taken in. */
  resume(plan: Plan, from: Checkpoint, way: RunOptions = {}): RunResult {
    loadMachine(this.machine, from.machine);
    this.events.view.load(from.view);
    this.watch.load(from.watch);
    const { choices, segments, preempted, preemption, thread } = from.progress;
    const progress: Progress = {
      choices: [...choices],
      segments: [...segments.slice(0, -1), { ...segments.at(-1)! }],
      preempted: [...preempted],
      preemption,
      next: null,
      again: this.machine.threads.find((t) => t.id === thread) ?? null,
    };
    const p = plan.preemptions[preemption];
    if (p?.at === from.at) this.leave(progress, p);
    return this.goOn(plan, progress, way);
  }

  /**
   * Make a run once more and stop at each switch point after number @above: who could go on there,
   * and every @every points a checkpoint.
   */
  trunk(plan: Plan, above: number, every: number): { result: RunResult; trunk: Trunk } {
    const { machine } = this;
    const trunk = new Trunk();
    const look = (progress: Progress, t: KernelThread): void => {
      const at = machine.mem.count;
      const able = machine.threads.filter((o) => o !== t && machine.couldGoOn(o));
      trunk.ready.set(
        at,
        able.map((o) => o.id),
      );
      const last = trunk.checkpoints.at(-1);
      if (last && at - last.at < every) return;
      trunk.checkpoints.push(this.checkpoint(progress, t, at));
    };
    this.begin();
    machine.mem.trace = false;
    const result = this.goOn(plan, fresh(), { stop: look, above });
    return { result, trunk };
  }

  /** Where @t was left before switch point @at; without it: where somebody is to be chosen. */
  checkpoint(progress: Progress, t: KernelThread | null, at: number): Checkpoint {
    const { choices, segments, preempted, preemption } = progress;
    const open = { ...segments.at(-1)! };
    return {
      at,
      machine: saveMachine(this.machine),
      view: this.events.view.save(),
      watch: this.watch.save(),
      progress: {
        choices: [...choices],
        segments: [...segments.slice(0, -1), open],
        preempted: [...preempted],
        preemption,
        thread: t?.id ?? 0,
      },
    };
  }

  /** The running thread was left at a point of the plan. */
  private leave(progress: Progress, p: Preemption): void {
    // The point itself is passed when the thread comes back.
    progress.next = p.to;
    progress.preemption++;
    progress.again = null;
    this.close(progress);
  }

  /** The last segment ends here. */
  private close(progress: Progress): void {
    const { mem } = this.machine;
    const segment = progress.segments.at(-1)!;
    segment.to = mem.count;
    segment.logTo = mem.logLength;
    progress.preempted.push(progress.next !== null);
  }

  /** Who goes on; null where the plan asks for a thread that cannot, undefined at the end. */
  private choose(plan: Plan, progress: Progress, way: RunOptions): KernelThread | null | undefined {
    const { machine } = this;
    const { mem, threads } = machine;
    const ready = threads.filter((t) => machine.runnable(t));
    if (ready.length === 0) return undefined;
    let t: KernelThread;
    const { next, choices } = progress;
    if (next !== null) {
      const found = ready.find((r) => r.id === next);
      if (!found && !way.lenient) return null;
      if (found && way.pick && !machine.couldGoOn(found)) return null;
      t = found ?? ready[0]!;
      progress.next = null;
    } else {
      let chosen = Math.min(plan.choices[choices.length] ?? 0, ready.length - 1);
      // Where none can go on they are let block, one after the other.
      if (way.pick && choices.length >= plan.choices.length) {
        const able = ready.filter((r) => machine.couldGoOn(r));
        if (choices.length === plan.choices.length) way.arrive?.(progress, null);
        if (able.length > 0) {
          const id = way.pick(able);
          chosen = ready.findIndex((r) => r.id === id);
          if (chosen < 0) return null;
        }
      }
      choices.push({ count: mem.count, options: ready.length, chosen });
      t = ready[chosen]!;
    }
    progress.segments.push({
      thread: t.id,
      from: mem.count,
      to: 0,
      logFrom: mem.logLength,
      logTo: 0,
    });
    return t;
  }

  /** Run to the end. */
  private goOn(plan: Plan, progress: Progress, way: RunOptions): RunResult {
    const { stop, above = 0 } = way;
    const { machine } = this;
    const { mem } = machine;
    let fault: Fault | null = null;
    let feasible = true;
    try {
      for (;;) {
        let t: KernelThread | null | undefined = progress.again;
        if (!t) t = this.choose(plan, progress, way);
        if (!t) {
          feasible = t !== null;
          break;
        }
        progress.again = null;
        const p = plan.preemptions[progress.preemption];
        mem.stop = p?.at ?? 0;
        if (stop && !p) mem.stop = Math.max(mem.count, above) + 1;
        machine.resume(t);
        const left = t.pending !== null && !t.done && mem.count === mem.stop;
        if (p && left) {
          if (p === plan.preemptions.at(-1)) way.arrive?.(progress, t);
          way.left?.();
          this.leave(progress, p);
        } else if (left) {
          stop?.(progress, t);
          progress.again = t;
        } else this.close(progress);
      }
      if (feasible) this.finish();
    } catch (e) {
      fault = this.caught(e);
    }
    const { choices, segments, preempted } = progress;
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

  /** The innermost frame of a site that stands in a .c file. */
  private frameOf(site: number): SourceFrame | undefined {
    const frames = this.machine.image.frames[site] ?? [];
    return frames.find((f) => f.file.endsWith('.c')) ?? frames[0];
  }

  /** file:line of a site. */
  place(site: number): string {
    const at = this.frameOf(site);
    return at ? `${at.file}:${at.line}` : 'an unknown place';
  }

  private deadlock(stuck: readonly KernelThread[]): Fault {
    const waits = stuck.map((t) => {
      // A traced thread is left before the lock instead of waiting for it.
      const b = t.blocked ?? { kind: 'lock', addr: t.pending?.addr ?? 0 };
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
      stack: waitingIn(stuck[0]!),
      otherStack: stuck[1] ? waitingIn(stuck[1]) : [],
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
    const lacks = fault.kind === 'null-dereference' ? this.events.lacking() : null;
    machine.abandon();
    this.watch.add({
      property: PROPERTY_OF_FAULT[fault.kind],
      subject: fault.thread,
      because:
        fault.kind === 'deadlock' ? fault.text : `${fault.text}, at ${this.place(fault.site)}`,
      facts: {
        thread: fault.thread,
        fn: fault.stack[0] ?? null,
        ...(fault.freedBy === undefined ? {} : { freedBy: fault.freedBy }),
        error: `${this.frameOf(fault.site)?.fn ?? fault.stack[0]}(${lacks ?? `): ${fault.text}`}`,
      },
    });
    return fault;
  }
}

/** The functions in which a thread waits. */
const waitingIn = (t: KernelThread): readonly string[] =>
  t.blocked ? t.blockedStack : (t.pending?.stack ?? []);

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
