// SPDX-License-Identifier: GPL-2.0-only
// A column of numbers that grows.

import { type Kept, sameVersion } from '#base/saved';

/** Numbers, as many as are pushed. */
export class Ints implements Kept {
  data = new Int32Array(1024);
  length = 0;

  push(value: number): void {
    if (this.length === this.data.length) {
      const data = new Int32Array(this.length * 2);
      data.set(this.data);
      this.data = data;
    }
    this.data[this.length++] = value;
  }

  /** Push all @values. */
  append(values: Int32Array): void {
    const length = this.length + values.length;
    if (length > this.data.length) {
      const data = new Int32Array(length * 2);
      data.set(this.data);
      this.data = data;
    }
    this.data.set(values, this.length);
    this.length = length;
  }

  save() {
    return { version: 1, data: this.data.subarray(0, this.length) };
  }

  load(saved: ReturnType<Ints['save']>): void {
    sameVersion(saved, 1, 'a column');
    const { length } = saved.data;
    this.length = length;
    this.data = new Int32Array(Math.max(1024, length));
    this.data.set(saved.data);
  }
}
