// SPDX-License-Identifier: GPL-2.0-only
// Names of threads: no two in a run have the same, and a name means the same in every run.

import type { ThreadBody } from '#env/op';
import { SceneError } from './scene-error.ts';

/** Gives out names: the second thread that is started as w is w#2. */
export class ThreadNames {
  private readonly first = new Map<string, { readonly body: ThreadBody; readonly nth: number }>();

  /**
   * The name of the @nth thread (from 1) that is started with the name of @body. Throws a
   * SceneError where another thread has that name, or the same one is a daemon at other times.
   */
  of(body: ThreadBody, nth: number): string {
    const name = nth === 1 ? body.name : `${body.name}#${nth}`;
    const known = this.first.get(name);
    if (known === undefined) this.first.set(name, { body, nth });
    else if (known.body !== body || known.nth !== nth) assertSame(name, known, { body, nth });
    return name;
  }
}

/** @a and @b, both called @name, must be the same thread in different runs. */
function assertSame(
  name: string,
  a: { readonly body: ThreadBody; readonly nth: number },
  b: { readonly body: ThreadBody; readonly nth: number },
): void {
  if (a.nth !== b.nth) {
    const [one, other] = a.nth < b.nth ? [a, b] : [b, a];
    const ordinal = `thread ${other.nth} that is started as ${other.body.name}`;
    const sentence = `a thread is called ${one.body.name}, and so is ${ordinal}`;
    throw new SceneError('RW400', sentence, `rename ${one.body.name}`);
  }
  if ((a.body.daemon ?? false) === (b.body.daemon ?? false)) return;
  const sentence = `${name} is a daemon where one thread starts it, and none where another does`;
  throw new SceneError('RW400', sentence, 'give the daemon a name of its own');
}
