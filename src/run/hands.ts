// SPDX-License-Identifier: GPL-2.0-only
// Who does tasks: the threads of this machine, or workers elsewhere; whoever asks need not know.

import { type Labour, openPool, type Pool, type PoolOptions } from './pool.ts';

/** Tasks of one kind, by a name under which another machine knows how to do them. */
export interface Kind<T, R> extends Labour<T, R> {
  readonly name: string;
  /** What has to go along where tasks leave this machine; nothing unless told. */
  readonly baggage?: Baggage<T>;
}

/** Files that tasks of a kind need beside them. Equal keys have equal files. */
export interface Baggage<T> {
  readonly keyOf: (task: T) => string;
  /** The contents of the files of @task. */
  readonly pack: (task: T) => readonly Uint8Array[];
  /** Whether this machine has the files of @task. */
  readonly has: (task: T) => boolean;
  readonly unpack: (task: T, files: readonly Uint8Array[]) => void;
  /** @task without places of the machine that asks. */
  readonly bare: (task: T) => T;
  /** @task with the places of this machine. */
  readonly placed: (task: T) => T;
}

/** What a pool is asked for but for how many threads it may have. */
type Wanted = Omit<PoolOptions, 'jobs'>;

/** Opens pools of whoever does tasks. */
export interface Hands {
  readonly open: <T, R>(kind: Kind<T, R>, wanted?: Wanted) => Pool<T, R>;
}

/** @jobs threads of this machine, or this thread alone; see openPool(). */
export function threadsOf(jobs: number): Hands {
  return { open: (kind, wanted = {}) => openPool(kind, { jobs, ...wanted }) };
}
