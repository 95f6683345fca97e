// SPDX-License-Identifier: GPL-2.0-only
// ida: hands out the smallest free number (lib/idr.c).
import { spin_lock, spin_unlock } from '#env/mutex';
import { frame, Handle, type Kfn, type Lock, load, store, type Value } from '#env/op';

interface IdaFields {
  used: readonly number[];
}

export class Ida extends Handle<IdaFields> {
  readonly xa_lock: Lock;
  constructor(name: string) {
    super('ida', name);
    this.xa_lock = new Handle('spinlock', `${name}.xa_lock`);
  }
  init(): (readonly [Handle, string, Value])[] {
    return [[this, 'used', []]];
  }
}

/** The smallest number not in use. */
export function* ida_alloc(ida: Ida): Kfn<number> {
  return yield* frame('ida_alloc', [ida], function* () {
    yield* spin_lock(ida.xa_lock);
    const used = yield* load(ida, 'used');
    let id = 0;
    while (used.includes(id)) id++;
    const more = [...used, id].sort((a, b) => a - b);
    yield* store(ida, 'used', more);
    yield* spin_unlock(ida.xa_lock);
    return id;
  });
}

export function* ida_free(ida: Ida, id: number): Kfn<void> {
  yield* frame('ida_free', [ida, id], function* () {
    yield* spin_lock(ida.xa_lock);
    const used = yield* load(ida, 'used');
    const rest = used.filter((other) => other !== id);
    yield* store(ida, 'used', rest);
    yield* spin_unlock(ida.xa_lock);
  });
}
