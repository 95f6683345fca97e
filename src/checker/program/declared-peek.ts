// SPDX-License-Identifier: GPL-2.0-only
// A view of memory that refuses what the rule that looks has not declared.

import { Handle } from '#env/op';
import type { Peek, Rule, Signature, Sometimes } from './scene.ts';
import { SceneError } from './scene-error.ts';

/** Who looks, and when. */
interface Looking {
  readonly who: string;
  readonly watch: Rule | Signature | Sometimes;
  /** True where nothing can run any more. */
  readonly ended: boolean;
}

/** INVARIANT: while the program runs, a rule looks at nothing that is not visible to it. */
export function assertDeclared({ who, watch, ended }: Looking, obj: Handle, field: string): void {
  if (!(obj instanceof Handle)) {
    const sentence = `${who} reads ${field} of ${String(obj)}, which is no object`;
    const hint = 'look at what a field holds before reading through it';
    throw new SceneError('RW401', sentence, hint);
  }
  const name = `${obj.type}.${field}`;
  const atEnd = ended ? (watch as Rule | Sometimes).readsAtEnd : undefined;
  if (watch.reads?.includes(name) || atEnd?.includes(name)) return;
  const sentence = `${who} reads ${name}, which it does not declare`;
  throw new SceneError('RW401', sentence, `add '${name}' to its reads`);
}

/** Looks at memory for one rule at a time. */
export class DeclaredPeek implements Peek {
  private readonly memory: Peek;
  private looking: Looking | null = null;

  constructor(memory: Peek) {
    this.memory = memory;
  }

  /** From now on it is this rule, signature or sometimes-property that looks. */
  of(who: string, watch: Looking['watch'], ended = false): Peek {
    this.looking = { who, watch, ended };
    return this;
  }

  get<F extends object, K extends keyof F & string>(obj: Handle<F>, field: K): F[K] {
    this.assert(obj, field);
    return this.memory.get(obj, field);
  }

  alive(obj: Handle): boolean {
    this.assert(obj, 'alive');
    return this.memory.alive(obj);
  }

  holder(lock: Handle): string | null {
    this.assert(lock, 'holder');
    return this.memory.holder(lock);
  }

  private assert(obj: Handle, field: string): void {
    if (this.looking !== null) assertDeclared(this.looking, obj, field);
  }
}
