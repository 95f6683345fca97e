// SPDX-License-Identifier: GPL-2.0-only
// What a thread yields: an Op, with values that cells can hold.

import { SceneError } from '#checker/program/scene-error';
import { Handle, type Op } from '#env/op';
import { Code } from './code.ts';

/** Throws a SceneError where @op, yielded in function @fn, is no Op or holds what is no value. */
export function assertOp(op: Op, fn: string): void {
  const where = fn === '' ? 'a thread' : `${fn}()`;
  if (typeof op !== 'object' || op === null || !(op.kind in Code)) {
    const isCall = typeof (op as unknown as { next?: unknown } | null)?.next === 'function';
    const what = isCall ? 'a call that it does not run' : `${typeof op}, which is no Op`;
    const hint = isCall ? 'write yield* before the call' : 'yield what env/op offers, by yield*';
    throw new SceneError('RW402', `${where} yields ${what}`, hint);
  }
  assertValue(op.arg, `${where} hands on`);
  assertValue(op.expect, `${where} expects`);
}

/** Throws a SceneError where no cell can hold @value; @who says what does so. */
export function assertValue(value: unknown, who: string): void {
  if (Array.isArray(value)) {
    for (const each of value) assertValue(each, who);
    return;
  }
  const isPlain = typeof value !== 'object' || value === null || value instanceof Handle;
  if (isPlain && !['function', 'symbol', 'bigint'].includes(typeof value)) return;
  const what = typeof value === 'object' ? 'an object' : `a ${typeof value}`;
  const hint = 'cells hold null, true, false, numbers, texts, Handles and lists of these';
  throw new SceneError('RW403', `${who} ${what}, which is no value`, hint);
}
