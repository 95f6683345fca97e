// SPDX-License-Identifier: GPL-2.0-only
// Errors of the source part that a user can mend: a code, one sentence, a hint.

/** Every code of this part, with what it means. */
export const sourceErrorCodes = {
  RW300: 'the toolchain is not installed',
  RW301: 'the toolchain cannot be installed',
  RW302: 'the directory is not a kernel tree',
  RW303: 'a kernel source does not compile with the shims',
  RW304: 'the image does not link',
  RW305: 'a patch does not apply',
  RW306: 'a patch cannot be read',
  RW307: 'the kernel calls a function that the environment does not have',
  RW308: 'the kernel did not boot',
  RW309: 'a world cannot be built from the kernel sources',
  RW310: 'a limit of the environment was reached',
} as const;

export type SourceErrorCode = keyof typeof sourceErrorCodes;

/** A coded error; `message` is one sentence, `hint` says what to do next. */
export class SourceError extends Error {
  readonly code: SourceErrorCode;
  readonly hint: string;
  constructor(code: SourceErrorCode, message: string, hint: string) {
    super(message);
    this.name = 'SourceError';
    this.code = code;
    this.hint = hint;
  }
  /** As printed: one line with the code, one with the hint. */
  format(): string {
    return `${this.code}: ${this.message}\n  hint: ${this.hint}`;
  }
}
