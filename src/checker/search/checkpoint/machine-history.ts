// SPDX-License-Identifier: GPL-2.0-only
// A machine in a checkpoint: how it came to know what it knows, so that another comes to know it.
//
// What threads do is known from running their generators, which can not be written. But each edge
// was found by one resume, from a known local state with a known result. A machine of the same
// scene that takes the same resumes in the same order has the same local states under the same
// numbers. Values that came up in between, as results of rules or for objects allocated, are
// written with their content. All else is numbers and is written as it is. In the end both must
// agree on the hashes of all local states and values, or the checkpoint does not count.

import { Misfit, type Saved, sameVersion } from '#base/saved';
import { NOT_STARTED } from '#checker/machine/automaton';
import type { Machine } from '#checker/machine/machine';
import { mix } from '#checker/machine/values';
import { Handle, type Op, type Value } from '#env/op';

/** How the automata were found, and what there is besides. */
export interface MachineHistory extends Saved {
  /** Edges and values that a fresh machine has. */
  readonly edgesFirst: number;
  readonly valuesFirst: number;
  /** For each later edge: where from, the result, values known before; or who starts it. */
  readonly edges: Int32Array;
  readonly values: readonly Told[];
  readonly hash: readonly number[];
}

/** A value: a primitive, the parts of a tuple, an object (allocated ones have a key), or none. */
type Told =
  | { readonly is: 'primitive'; readonly value: Value }
  | { readonly is: 'tuple'; readonly ids: readonly number[] }
  | { readonly is: 'object'; readonly type: string; readonly name: string; readonly key: string }
  | { readonly is: 'other' };

const WIDTH = 4;

/** The history of @machine, which had so many edges and values when it was made. */
export function historyOf(
  machine: Machine,
  edgesFirst: number,
  valuesFirst: number,
): MachineHistory {
  const { automaton, values, memory } = machine;
  const edges = new Int32Array((automaton.edges.length - edgesFirst) * WIDTH);
  const starters = new Map<unknown, number>();
  automaton.ops.forEach((op, node) => {
    if (op?.body !== undefined && !starters.has(op.body)) starters.set(op.body, node);
  });
  for (let e = edgesFirst; e < automaton.edges.length; e++) {
    const { from, result } = automaton.edges[e]!;
    const starter = from === NOT_STARTED ? (starters.get(automaton.bodyOf(e)) ?? -1) : -1;
    edges.set([from, result, automaton.born[e]!, starter], (e - edgesFirst) * WIDTH);
  }
  const keys = new Map(memory.objects.map((o) => [o.value, o.published < 0 ? '' : o.key]));
  const told: Told[] = [];
  for (let v = valuesFirst; v < values.values.length; v++) {
    told.push(tell(machine, values.values[v] as Value, keys.get(v) ?? ''));
  }
  return { version: 1, edgesFirst, valuesFirst, edges, values: told, hash: hashOf(machine) };
}

function tell(machine: Machine, value: Value, key: string): Told {
  if (value instanceof Handle) return { is: 'object', type: value.type, name: value.name, key };
  if (Array.isArray(value)) {
    return { is: 'tuple', ids: value.map((v: Value) => machine.values.intern(v)) };
  }
  if (typeof value === 'object' && value !== null) return { is: 'other' };
  return typeof value === 'function' ? { is: 'other' } : { is: 'primitive', value };
}

/** Four words that stand for the hashes of all local states and values, in order. */
function hashOf({ automaton, values }: Machine): number[] {
  const hash = [0, 0, 0, 0];
  const nodes = automaton.hashes.data.subarray(0, automaton.ops.length * 4);
  for (const words of [nodes, values.hashes.data.subarray(0, values.values.length * 4)]) {
    for (let i = 0; i < words.length; i++) hash[i & 3] = mix(hash[i & 3]!, words[i]!);
    hash[0] = mix(hash[0]!, words.length);
  }
  return hash;
}

/** Let @machine, which is fresh, come to know what @history tells. Throws a Misfit. */
export function relive(machine: Machine, history: MachineHistory): void {
  const { automaton, values } = machine;
  sameVersion(history, 1, 'the history of a machine');
  const { edgesFirst, valuesFirst, edges } = history;
  const isFresh = automaton.edges.length === edgesFirst && values.values.length === valuesFirst;
  if (!isFresh) throw new Misfit('the machine has run');
  const objects = new Objects(machine);
  const valuesUpTo = (count: number): void => {
    while (values.values.length < count) {
      const v = values.values.length;
      intern(machine, history.values[v - valuesFirst]!, objects);
      if (values.values.length !== v + 1) throw new Misfit('a value was known');
    }
  };
  for (let at = 0; at < edges.length; at += WIDTH) {
    const [from, result, born, starter] = edges.subarray(at, at + WIDTH);
    valuesUpTo(born!);
    const e = edgesFirst + at / WIDTH;
    if (from === NOT_STARTED) startBy(machine, starter!);
    else if (from! < automaton.ops.length) automaton.edge(from!, result!);
    if (automaton.edges.length !== e + 1) throw new Misfit('an edge was known');
  }
  valuesUpTo(valuesFirst + history.values.length);
  if (hashOf(machine).join() !== history.hash.join())
    throw new Misfit('the threads do something else');
}

function startBy(machine: Machine, starter: number): void {
  const body = machine.automaton.ops[starter]?.body;
  if (body === undefined) throw new Misfit('nobody starts that thread');
  machine.automaton.start(body);
}

function intern({ values }: Machine, told: Told, objects: Objects): void {
  if (told.is === 'primitive') values.intern(told.value);
  else if (told.is === 'tuple') values.internTuple(told.ids);
  else if (told.is === 'other') throw new Misfit('a value can not be written');
  else if (told.key === '') values.intern(objects.named(told.type, told.name));
  else values.internAllocated(new Handle(told.type, told.name), told.key);
}

/** Objects that are there from the start, as Ops and events mention them. */
class Objects {
  private readonly machine: Machine;
  private readonly byName = new Map<string, Handle>();
  private seen = 0;

  constructor(machine: Machine) {
    this.machine = machine;
  }

  named(type: string, name: string): Handle {
    const { edges, ops } = this.machine.automaton;
    for (; this.seen < edges.length; this.seen++) {
      const { to, events } = edges[this.seen]!;
      const op: Op | undefined = ops[to];
      this.note([op?.obj, op?.arg, op?.expect, op?.body?.args, events.map((e) => e.args)]);
    }
    const found = this.byName.get(`${type} ${name}`);
    if (found === undefined) throw new Misfit(`nothing mentions ${name}`);
    return found;
  }

  private note(value: unknown): void {
    if (Array.isArray(value)) for (const v of value) this.note(v);
    else if (value instanceof Handle) this.byName.set(`${value.type} ${value.name}`, value);
  }
}
