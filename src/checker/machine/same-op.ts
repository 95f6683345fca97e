// SPDX-License-Identifier: GPL-2.0-only
// Whether two Ops are the same, and an Op in words.

import type { Op, Value } from '#env/op';

/** An Op in words, for messages. */
export function describe(op: Op): string {
  const name = op.obj === null || op.obj === undefined ? 'NULL' : op.obj.name;
  return op.field === '' ? `${op.kind} ${name}` : `${op.kind} ${name}.${op.field}`;
}

/** True if threads that are about to do @a and @b do the same. */
export function sameOp(a: Op, b: Op): boolean {
  if (a.kind !== b.kind || a.obj !== b.obj || a.field !== b.field) return false;
  if (a.compare !== b.compare || Boolean(a.marked) !== Boolean(b.marked)) return false;
  if (a.struct?.type !== b.struct?.type || a.body?.name !== b.body?.name) return false;
  return sameValue(a.arg, b.arg) && sameValue(a.expect, b.expect);
}

function sameValue(a: Value, b: Value): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return Object.is(a, b) || a === b;
  return a.length === b.length && a.every((v, i) => sameValue(v, b[i]));
}
