// SPDX-License-Identifier: GPL-2.0-only
// The cells of docs/matrix.md, read back, so that those of a few kernels can be compared.

/** What @markdown says of each window under each kernel: `C01 6.0` -> mark and note. */
export function cellsOf(markdown) {
  const cells = new Map();
  let kernels = [];
  for (const line of markdown.split('\n')) {
    if (line.startsWith('| | ')) kernels = split(line).slice(1, -1);
    const [window = '', ...marks] = split(line);
    if (/^C\d+$/.test(window)) {
      for (const [i, kernel] of kernels.entries()) cells.set(`${window} ${kernel}`, marks[i]);
    }
    const note = /^- (C\d+) in ([^:]+): (.*)$/.exec(line);
    if (note === null) continue;
    for (const kernel of named(note[2], kernels)) {
      const cell = `${note[1]} ${kernel}`;
      cells.set(cell, `${cells.get(cell)} ${note[3]}`);
    }
  }
  return cells;
}

/** Cells of @now that @before has otherwise or has not; `mark`: not in the note alone. */
export function changedCells(before, now) {
  return [...now].flatMap(([cell, text]) => {
    const old = before.get(cell);
    if (old === text) return [];
    const line = `${cell}: docs/matrix.md: ${old ?? 'no cell'}; now: ${text}`;
    return [{ line, mark: old?.split(' ')[0] !== text.split(' ')[0] }];
  });
}

function split(line) {
  return line
    .split('|')
    .slice(1, -1)
    .map((text) => text.trim());
}

/** The kernels that `6.1 to 6.6, 6.8` means. */
function named(text, kernels) {
  if (text === 'all') return kernels;
  return text.split(', ').flatMap((range) => {
    const [first, last = first] = range.split(' to ').map((name) => kernels.indexOf(name));
    return kernels.slice(first, last + 1);
  });
}
