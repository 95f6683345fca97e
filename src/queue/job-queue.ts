// SPDX-License-Identifier: GPL-2.0-only
// What is asked of a queue of jobs. One implementation is pg-boss.ts; tests have one in memory.
//
// A job is taken by one worker at a time. It is there until its answer has been fetched: a worker
// that is no longer heard of loses it to another one, and of two answers the first one counts.

/** A task on its way; equal tasks have equal ids, so that none is there twice. */
export interface Job {
  readonly id: string;
  /** What to do, as text. */
  readonly data: string;
}

/** How far a job is. `lost`: taken over and over and never done, or cancelled by somebody. */
export interface SeenJob {
  readonly id: string;
  readonly state: 'waiting' | 'taken' | 'done' | 'lost';
  /** The answer of one that is done. */
  readonly output: string | null;
}

/** Jobs of another version of the program, which nobody here takes. */
export interface Foreign {
  readonly name: string;
  readonly waiting: number;
}

/** Jobs of this version of the program. Where a method fails, it throws a CodedError. */
export interface JobQueue {
  /** What people may be told of where it is: no password. */
  readonly where: string;
  /** Add @jobs, in this order; those that are there are left as they are. */
  readonly put: (jobs: readonly Job[]) => Promise<void>;
  /** Those of @ids that are there. */
  readonly look: (ids: readonly string[]) => Promise<readonly SeenJob[]>;
  /** Remove jobs, done or not. Where it cannot be done now, it is not done. */
  readonly remove: (ids: readonly string[]) => Promise<void>;
  /** Remove those of @ids that wait; as remove(). */
  readonly forget: (ids: readonly string[]) => Promise<void>;
  /** Take up to @most jobs; they have to be touched from then on. */
  readonly take: (most: number) => Promise<readonly Job[]>;
  /** Say that their taker is alive: at least every few seconds (BEAT_MS). */
  readonly touch: (ids: readonly string[]) => Promise<void>;
  /** A job is done. Whoever is second is not heard. */
  readonly finish: (id: string, output: string) => Promise<void>;
  /** Let others have jobs that were taken. Where it cannot be done now, they get them later. */
  readonly giveBack: (ids: readonly string[]) => Promise<void>;
  /** Keep @text under @key, for days. */
  readonly keep: (key: string, text: string) => Promise<void>;
  /** What is kept; null for nothing. */
  readonly kept: (key: string) => Promise<string | null>;
  readonly foreign: () => Promise<readonly Foreign[]>;
  readonly close: () => Promise<void>;
}

/** Milliseconds between two signs of life of a worker; it counts as dead after EXPIRE_S seconds. */
export const BEAT_MS = 5_000;
export const EXPIRE_S = 30;

/** Waits; the process goes on meanwhile, unless @holds is false. */
export type Pause = (ms: number, holds?: boolean) => Promise<void>;

/** By the clock on the wall. */
export const pause: Pause = (ms, holds = true) =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    if (!holds) timer.unref();
  });
