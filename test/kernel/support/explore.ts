// SPDX-License-Identifier: GPL-2.0-only
// A small search for the tests of the model: few preemptions, and only where threads can meet.
import { Machine } from '#checker/machine';
import type { Revision } from '#kernel/index';
import { RuleContext, rulesFor } from '#properties/index';
import { signaturesFor } from '#signatures/index';
import { buildScene } from '#worlds/scene';
import type { World } from '#worlds/world';

export interface Explored {
  /** `property window subject` of every report. */
  readonly found: ReadonlySet<string>;
  /** `window` of every report; '-' for none. */
  readonly windows: ReadonlySet<string>;
  readonly states: number;
  /** Events of the first run that ends in the report asked for. */
  readonly trace: readonly string[];
}

const MEET = new Set(['device', 'iommu_device', 'deferred_probe']);

/** Explore @world with at most @preemptions unforced switches, before locks and device fields. */
export function explore(
  world: World,
  revision: Revision,
  preemptions: number,
  traced?: string,
): Explored {
  const scene = buildScene(world, revision);
  const ctx = new RuleContext(world, {
    device: (name) => scene.devices.get(name),
    instance: (name) => scene.instances.get(name),
    deferred: scene.k.deferred,
  });
  const machine = new Machine({
    ...scene,
    rules: rulesFor(ctx, null),
    signatures: signaturesFor(ctx),
    sometimes: [],
  });
  const found = new Set<string>();
  const windows = new Set<string>();
  const seen = new Set<string>();
  const words = new Uint32Array(4);
  const path: [number, number][] = [];
  const wanted: [number, number][] = [];
  const note = (
    reports: readonly { property: string; window: string | null; subject: string }[],
  ) => {
    for (const r of reports) {
      const text = `${r.property} ${r.window ?? '-'} ${r.subject}`;
      if (text === traced && wanted.length === 0) wanted.push(...path);
      found.add(text);
      windows.add(r.window ?? '-');
    }
  };
  const visit = (last: number, left: number): void => {
    const enabled: number[] = [];
    for (let t = 0; t < machine.threadCount(); t++) if (machine.enabled(t)) enabled.push(t);
    if (enabled.length === 0) {
      note(machine.atEnd());
      return;
    }
    const stays = enabled.includes(last);
    const view = stays ? machine.pending(last) : null;
    const meets = !view || view.field === '' || MEET.has(view.objectType) || view.visible;
    for (const t of stays && (left === 0 || !meets) ? [last] : enabled) {
      const cost = stays && t !== last ? 1 : 0;
      for (let c = 0; c < machine.choices(t); c++) {
        const mark = machine.mark();
        path.push([t, c]);
        machine.step(t, c);
        note(machine.reports);
        machine.fingerprint(words);
        const key = `${words.join()},${t},${left - cost}`;
        if (!seen.has(key)) {
          seen.add(key);
          visit(t, left - cost);
        }
        machine.undo(mark);
        path.pop();
      }
    }
  };
  machine.reset();
  visit(-1, preemptions);
  machine.reset();
  const trace = wanted.flatMap(([t, c]) => {
    const step = machine.record(t, c);
    return step.events.map((e) => `${step.thread}: ${e}`);
  });
  return { found, windows, states: seen.size, trace };
}
