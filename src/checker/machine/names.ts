// SPDX-License-Identifier: GPL-2.0-only
// The names that a program has: of events, and of fields as 'type.field'. What a rule declares and
// no thread has come across in a whole search is a slip of the pen: it would see nothing, for ever.

import { declaredIn } from '#checker/program/declared';
import type { Scene } from '#checker/program/scene';
import { SceneError } from '#checker/program/scene-error';
import { Handle, type Value } from '#env/op';
import type { Instruction } from './code.ts';
import type { Edge } from './edge.ts';
import type { ObjectMemory } from './memory.ts';

/** What a search has come across. */
interface ComeAcross {
  readonly memory: ObjectMemory;
  readonly automaton: { readonly edges: readonly Edge[] };
  readonly instructions: readonly (Instruction | undefined)[];
}

/**
 * Throw where a rule, a signature or a sometimes-property of @scene declares what the program does
 * not have, and the scene does not say that it may lack it. Only after a search that has left
 * nothing out: before that, nobody can tell.
 */
export function assertNamesKnown(scene: Scene, known: ComeAcross): void {
  const mayLack = new Set(scene.mayLack ?? []);
  const declared = declaredIn(scene);
  const idle = [...mayLack].find((name) => !declared.some((d) => d.name === name));
  if (idle !== undefined) {
    const sentence = `mayLack names ${idle}, which no rule declares`;
    throw new SceneError('RW405', sentence, 'take it out');
  }
  const { events, fields } = namesIn(scene, known);
  const unknown = declared.find(({ what, name }) => {
    return !mayLack.has(name) && !(what === 'event' ? events : fields).has(name);
  });
  if (unknown === undefined) return;
  const { by, what, name } = unknown;
  const sentence = `${by} declares the ${what} ${name}, and no thread has come across it`;
  throw new SceneError('RW405', sentence, `is it a slip? if not, add '${name}' to mayLack`);
}

/** All names of events and of fields that a search of @scene has come across. */
export function namesIn(
  scene: Scene,
  known: ComeAcross,
): { readonly events: ReadonlySet<string>; readonly fields: ReadonlySet<string> } {
  const events = known.automaton.edges.flatMap((edge) => edge.events.map((e) => e.name));
  return { events: new Set(events), fields: fieldsOf(scene, known) };
}

/** Of all that threads access, allocate or free, of what memory begins with, and of locks. */
function fieldsOf(scene: Scene, { memory, instructions }: ComeAcross): Set<string> {
  const fields = new Set(scene.init.map(([obj, field]) => `${obj.type}.${field}`));
  // Each object is alive or not, as far as anybody may tell.
  for (const { handle } of memory.objects) fields.add(`${handle.type}.alive`);
  for (const instruction of instructions) {
    if (instruction === undefined) continue;
    const { obj, field, struct, kind } = instruction.op;
    if (struct !== undefined) {
      fields.add(`${struct.type}.alive`);
      for (const zero of Object.keys(struct.zero)) fields.add(`${struct.type}.${zero}`);
    }
    if ((obj as Value) instanceof Handle && kind !== 'alloc') {
      fields.add(`${obj.type}.${field === '' ? 'holder' : field}`);
    }
  }
  return fields;
}
