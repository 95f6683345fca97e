// SPDX-License-Identifier: GPL-2.0-only
// Names of threads: no two in a run have the same, and a name means the same in every run.

import { type Kept, sameVersion } from '#base/saved';
import type { ThreadBody } from '#env/op';
import { SceneError } from './scene-error.ts';

/** Gives out names: the second thread that is started as w is w#2. */
export class ThreadNames implements Kept {
  private readonly first = new Map<string, First>();

  /**
   * The name of the @nth thread (from 1) that is started with the name of @body. Throws a
   * SceneError where another thread has that name, or the same one is a daemon at other times.
   */
  of(body: ThreadBody, nth: number): string {
    const name = nth === 1 ? body.name : `${body.name}#${nth}`;
    const known = this.first.get(name);
    const now = { of: body.name, daemon: body.daemon ?? false, nth, body };
    if (known === undefined) this.first.set(name, now);
    else if (known.body !== body || known.nth !== nth) assertSame(name, known, now);
    return name;
  }

  save() {
    const names = [...this.first].map(([name, { of, daemon, nth }]) => ({ name, of, daemon, nth }));
    return { version: 1, names };
  }

  load(saved: ReturnType<ThreadNames['save']>): void {
    sameVersion(saved, 1, 'names of threads');
    this.first.clear();
    for (const { name, ...first } of saved.names) this.first.set(name, { ...first, body: null });
  }
}

/** Who had a name first. */
interface First {
  /** The name with which it was started. */
  readonly of: string;
  readonly daemon: boolean;
  readonly nth: number;
  /** Null: known from a checkpoint. */
  readonly body: ThreadBody | null;
}

/** @a and @b, both called @name, must be the same thread in different runs. */
function assertSame(name: string, a: First, b: First): void {
  if (a.nth !== b.nth) {
    const [one, other] = a.nth < b.nth ? [a, b] : [b, a];
    const ordinal = `thread ${other.nth} that is started as ${other.of}`;
    const sentence = `a thread is called ${one.of}, and so is ${ordinal}`;
    throw new SceneError('RW400', sentence, `rename ${one.of}`);
  }
  if (a.daemon === b.daemon) return;
  const sentence = `${name} is a daemon where one thread starts it, and none where another does`;
  throw new SceneError('RW400', sentence, 'give the daemon a name of its own');
}
