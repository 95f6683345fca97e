// SPDX-License-Identifier: GPL-2.0-only
// A word that worker threads share: once it is said, searches end with what they have by then.

/** What of an AbortSignal is asked here; the types of the package need none of Node's for it. */
export interface StopSignal {
  readonly aborted: boolean;
  addEventListener(
    type: 'abort',
    listener: () => void,
    options?: { readonly once?: boolean },
  ): void;
}

/** What a thread looks at. */
export type StopWord = SharedArrayBuffer;

/** A word that is said when @signal says so; undefined where nobody can. */
export function stopWordOf(signal: StopSignal | undefined): StopWord | undefined {
  if (signal === undefined) return undefined;
  const word = new SharedArrayBuffer(4);
  const say = (): void => void Atomics.store(new Int32Array(word), 0, 1);
  if (signal.aborted) say();
  else signal.addEventListener('abort', say, { once: true });
  return word;
}

/** Whether @word was said. */
export function isSaid(word: StopWord): boolean {
  return Atomics.load(new Int32Array(word), 0) === 1;
}
