// SPDX-License-Identifier: GPL-2.0-only
// What is wrong with tables although they can be used: told with a code, and no more than a few.
import type { ErrorCode } from '#base/errors';
import { printable } from '#base/text';
import { acpiLimits } from '#firmware/acpi/limits';

/** One fault of a table; the rest of it is used. */
export interface Remark {
  readonly code: ErrorCode;
  /** One sentence without a full stop; begins with the signature of the table. */
  readonly message: string;
}

/** Collects remarks; past `remarksMax` they are only counted. */
export class Remarks {
  private readonly kept: Remark[] = [];
  private left = 0;

  add(code: ErrorCode, message: string): void {
    const text = printable(message).slice(0, 400);
    if (this.kept.some((r) => r.code === code && r.message === text)) return;
    if (this.kept.length < acpiLimits.remarksMax) this.kept.push({ code, message: text });
    else this.left += 1;
  }

  /** True, and told, where @list of @table has as many @things as one table may have. */
  isFull(list: readonly unknown[], table: string, things: string): boolean {
    const { nodesMax } = acpiLimits;
    if (list.length < nodesMax) return false;
    this.add('RW025', `${table}: more than ${nodesMax} ${things}; limit nodesMax is reached`);
    return true;
  }

  /** All that were kept, and how many were not. */
  list(): Remark[] {
    const more: Remark = { code: 'RW025', message: `${this.left} more faults of these tables` };
    return this.left === 0 ? [...this.kept] : [...this.kept, more];
  }
}
