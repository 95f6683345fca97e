// SPDX-License-Identifier: GPL-2.0-only
// A scene as a Promela model with the same atomic steps, written out from the machine's automata.
//
// After a search the machine knows every local state of every thread and every step between them;
// a reduced search does for that, since it leaves out orders only. Each local state becomes a
// label, each step one guarded d_step, each slot of memory an element of one array. So SPIN's
// process counters are our local states, its array is our memory, and without reduction the two
// must store the same number of states.

import { Code } from '../src/checker/machine/code.ts';
import type { Machine } from '../src/checker/machine/machine.ts';
import { DONE, OOPS } from '../src/checker/machine/automaton.ts';
import { exhaustive } from '../src/checker/search/exhaustive.ts';

type Instruction = ReturnType<Machine['instruction']>;

/** Translate the scene of @machine. */
export function promelaOf(machine: Machine): string {
  const used = new Set<number>();
  exhaustive(machine);
  machine.reset();
  const initial = [...machine.state.slots];
  const started = new Map<number, number>();
  for (let t = 0; t < machine.threadCount(); t++) {
    if (machine.exists(t)) started.set(t, machine.local(t));
  }
  const parts: string[] = [];
  for (let t = 0; t < machine.threadCount(); t++) {
    const first = started.get(t) ?? spawnedAt(machine, t);
    parts.push(proctype(machine, t, first, used));
  }
  const slots = [...used].sort((a, b) => a - b);
  const index = new Map(slots.map((slot, i) => [slot, i]));
  const body = parts.join('\n').replace(/@(\d+)@/g, (_, s) => `m[${index.get(Number(s))}]`);
  const init = slots
    .filter((s) => initial[s] !== 0 && initial[s] !== undefined)
    .map((s) => `m[${index.get(s)}] = ${initial[s]};`);
  const runs = [...started.keys()].map((t) => `run T${t}();`);
  return [
    `short m[${Math.max(1, slots.length)}];`,
    body,
    `init { atomic { ${[...init, ...runs].join(' ')} } end: (false) }`,
  ].join('\n');
}

/** Where a thread that is spawned later begins. */
function spawnedAt(machine: Machine, t: number): number {
  const name = machine.threadName(t).replace(/#\d+$/, '');
  for (const op of machine.automaton.ops) {
    if (op?.kind !== 'spawn' || op.body?.name !== name) continue;
    return machine.automaton.edges[machine.automaton.start(op.body)]!.to;
  }
  throw new Error(`nobody spawns ${name}`);
}

function proctype(machine: Machine, t: number, first: number, used: Set<number>): string {
  const { automaton } = machine;
  const lines = [`proctype T${t}() {`, `  goto n${first};`];
  const seen = new Set<number>([first]);
  const open = [first];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node === OOPS) throw new Error(`${machine.name}: a thread crashes, which is not modelled`);
    if (node === DONE) {
      lines.push(`end_n${DONE}: (false);`);
      continue;
    }
    const i = machine.instruction(node);
    const edges = automaton.out(node).map((e) => automaton.edges[e]!);
    const mayEnd = machine.isDaemon(t) ? 'end_' : '';
    lines.push(`${mayEnd}n${node}: if`);
    for (const e of edges) {
      const to = e.to === DONE ? `end_n${DONE}` : label(machine, t, e.to);
      lines.push(`  :: ${action(machine, t, i, e.result, used)} goto ${to}`);
      if (!seen.has(e.to)) open.push(e.to);
      seen.add(e.to);
    }
    if (edges.length === 0) lines.push('  :: (false)');
    lines.push('  fi;');
  }
  lines[1] = `  goto ${first === DONE ? `end_n${DONE}` : label(machine, t, first)};`;
  lines.push('}');
  return lines.join('\n');
}

function label(machine: Machine, t: number, node: number): string {
  return `${machine.isDaemon(t) ? 'end_' : ''}n${node}`;
}

/** Guard and effect of one step as one d_step. */
function action(
  machine: Machine,
  t: number,
  i: Instruction,
  result: number,
  used: Set<number>,
): string {
  const cell = (slot: number): string => {
    used.add(slot);
    return `@${slot}@`;
  };
  const step = (...parts: string[]): string =>
    parts.length === 1 ? `${parts[0]};` : `d_step { ${parts.join('; ')} };`;
  const c = i.cell >= 0 ? cell(i.cell) : '';
  switch (i.code) {
    case Code.load:
    case Code.wait:
      return step(`(${c} == ${result})`);
    case Code.store:
      return step(`${c} = ${i.arg}`);
    case Code.xchg:
      return step(`(${c} == ${result})`, `${c} = ${i.arg}`);
    case Code.add: {
      const sum = Number(machine.values.values[result]) + Number(i.op.arg);
      return step(`(${c} == ${result})`, `${c} = ${machine.values.intern(sum)}`);
    }
    case Code.cas: {
      const same = result === i.expect ? [`${c} = ${i.arg}`] : [];
      return step(`(${c} == ${result})`, ...same);
    }
    case Code.lock:
    case Code.write_lock:
      return step(`(${c} == 0)`, `${c} = ${t + 1}`);
    case Code.trylock:
      return machine.values.values[result] === true
        ? step(`(${c} == 0)`, `${c} = ${t + 1}`)
        : step(`(${c} != 0)`);
    case Code.unlock:
    case Code.write_unlock:
      return step(`${c} = 0`);
    case Code.read_lock: {
      const mine = cell(machine.memory.reader(i.cell, t));
      return step(`(${c} <= 0)`, `${c} = ${c} - 1`, `${mine} = ${mine} + 1`);
    }
    case Code.read_unlock: {
      const mine = cell(machine.memory.reader(i.cell, t));
      return step(`${c} = ${c} + 1`, `${mine} = ${mine} - 1`);
    }
    case Code.choose:
      return 'skip;';
    default:
      return lifetime(machine, i, result, cell, step);
  }
}

/** alloc, free, spawn. */
function lifetime(
  machine: Machine,
  i: Instruction,
  result: number,
  cell: (slot: number) => string,
  step: (...parts: string[]) => string,
): string {
  const c = cell(i.cell);
  if (i.code === Code.free) return step(`${cell(i.dead)} = 1`);
  if (i.code === Code.spawn) return spawn(machine, i, c, step);
  let nth = 1;
  const made = () => machine.memory.allocated(i.cell, nth, i.op.obj, i.op.field, i.op.struct!);
  while (made() !== result) nth++;
  const object = machine.memory.objects.findIndex((o) => o.value === result);
  const fields = Object.entries(i.op.struct!.zero).map(([field, value]) => {
    const content = machine.values.intern(value as never);
    return `${cell(machine.memory.cell(object, field))} = ${content}`;
  });
  return step(`(${c} == ${nth - 1})`, `${c} = ${nth}`, ...fields);
}

function spawn(
  machine: Machine,
  i: Instruction,
  c: string,
  step: (...parts: string[]) => string,
): string {
  const name = i.op.body!.name;
  const numbers: number[] = [];
  for (let t = 0; t < machine.threadCount(); t++) {
    if (machine.threadName(t).replace(/#\d+$/, '') === name) numbers.push(t);
  }
  if (numbers.length !== 1) throw new Error(`${name} is spawned more than once`);
  return `atomic { ${step(`${c} = ${c} + 1`)} run T${numbers[0]}() };`;
}
