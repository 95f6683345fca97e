// SPDX-License-Identifier: GPL-2.0-only
// The line between the two accesses that decide, along the edge between their columns.

/** Draw the line in @pane, from the first ◆ to the second; nothing where it has not both. */
export function drawPair(pane: Element): void {
  const picture = pane.querySelector('svg.link');
  const first = pane.querySelector('[data-pair="0"]');
  const second = pane.querySelector('[data-pair="1"]');
  if (picture === null) return;
  picture.replaceChildren();
  if (first === null || second === null) return;
  const origin = pane.getBoundingClientRect();
  const [a, b] = [first, second].map((mark) => {
    const cell = mark.closest('.c-thread')!.getBoundingClientRect();
    const { left, right, top, height } = mark.getBoundingClientRect();
    const y = top + height / 2 - origin.top;
    const edge = { left: cell.left - origin.left, right: cell.right - origin.left };
    return { y, left: left - origin.left, right: right - origin.left, edge };
  }) as [Mark, Mark];
  const right = a.edge.left < b.edge.left;
  // The gutter is the edge of the later column that looks at the earlier one.
  const gutter = right ? b.edge.left + 2 : b.edge.right - 2;
  const from = right ? a.right + 4 : a.left - 4;
  const to = right ? b.left - 3 : b.right + 3;
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  const bend = right ? 8 : -8;
  path.setAttribute(
    'd',
    `M${from} ${a.y} H${gutter - bend} Q${gutter} ${a.y} ${gutter} ${a.y + 8} ` +
      `V${b.y - 8} Q${gutter} ${b.y} ${gutter + bend} ${b.y} H${to}`,
  );
  picture.append(path);
}

interface Mark {
  readonly y: number;
  readonly left: number;
  readonly right: number;
  readonly edge: { readonly left: number; readonly right: number };
}
