// SPDX-License-Identifier: GPL-2.0-only
// The kernel's functions on the host's stack.

// Our own frames, and inlined allocators that clang has put out of line.
const NOT_KERNEL = /^(out\.wasm|rwh_|slow$|rw_thread_|range$|access$|discipline$|_k\w*_noprof)/;

/** Functions the running thread is in, innermost first; @known: there is one of that name. */
export function kernelStack(known: (name: string) => boolean): string[] {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 80;
  const lines = new Error().stack!.split('\n');
  Error.stackTraceLimit = limit;
  const names: string[] = [];
  for (const line of lines) {
    const m = /at (\S+) \(wasm:/.exec(line);
    const name = m?.[1]?.replace(/^.*\.?wasm\./, '');
    if (!name || NOT_KERNEL.test(name)) continue;
    // The optimiser numbers static functions that several files have.
    const plain = name.replace(/_\d+$/, '');
    const own = plain !== name && known(plain) ? plain : name;
    if (names.at(-1) !== own) names.push(own);
  }
  return names;
}
