// SPDX-License-Identifier: GPL-2.0-only
// The blocking notifier chain of a bus: called under the read side of its rwsem.
import { Handle, type Kfn, type Lock } from '#env/op';
import { down_read, up_read } from '#env/rwsem';

/** A blocking notifier chain; only its rwsem is state, who is on it is fixed after boot. */
export class NotifierHead extends Handle {
  readonly rwsem: Lock;
  constructor(name: string) {
    super('blocking_notifier_head', name);
    this.rwsem = new Handle('rw_semaphore', `${name}.rwsem`);
  }
}

/** blocking_notifier_call_chain(), with @call standing for the one notifier on it. */
export function* blocking_notifier_call_chain(
  head: NotifierHead,
  call: () => Kfn<void>,
): Kfn<void> {
  yield* down_read(head.rwsem);
  yield* call();
  yield* up_read(head.rwsem);
}
