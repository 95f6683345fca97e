// SPDX-License-Identifier: GPL-2.0-only
// A value or the reason why there is none; used at the edges, where input may be wrong.

/** Either a value or an error; discriminated by `ok`. */
export type Result<T, E> = Ok<T> | Err<E>;

/** The outcome of something that worked. */
interface Ok<T> {
  readonly ok: true;
  readonly value: T;
}

/** The outcome of something that did not work. */
export interface Err<E> {
  readonly ok: false;
  readonly error: E;
}

/** Wrap a value as a success. */
export function ok<T>(value: T): Ok<T> {
  return { ok: true, value };
}

/** Wrap a reason as a failure. */
export function err<E>(error: E): Err<E> {
  return { ok: false, error };
}

/** Apply @f to the value of a success; hand a failure on as it is. */
export function mapResult<T, U, E>(result: Result<T, E>, f: (value: T) => U): Result<U, E> {
  return result.ok ? ok(f(result.value)) : result;
}

/** Apply a step that may itself fail to the value of a success. */
export function andThen<T, U, E>(
  result: Result<T, E>,
  f: (value: T) => Result<U, E>,
): Result<U, E> {
  return result.ok ? f(result.value) : result;
}
