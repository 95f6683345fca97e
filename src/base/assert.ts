// SPDX-License-Identifier: GPL-2.0-only
// Assertions for our own mistakes; wrong input is reported with a Result instead.

/** An assertion that did not hold: a fault in this program, not in its input. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** State what must be true here; throws AssertionError with @message where it is not. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** Return @value, which cannot be missing here; throws AssertionError where it is. */
export function must<T>(value: T, message: string): NonNullable<T> {
  assert(value !== undefined && value !== null, message);
  return value;
}

/** End a switch that has handled every case; a case that was forgotten does not compile. */
export function unreachable(value: never): never {
  throw new AssertionError(`unreachable: ${JSON.stringify(value)}`);
}
