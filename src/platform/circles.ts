// SPDX-License-Identifier: GPL-2.0-only
// IOMMUs that are behind each other in a circle: none of them could ever be probed.
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { type DeviceTree, type DtNode, has, isReachable, pathOf } from '#firmware/dtb/tree';
import { readIommus } from '#platform/references';

/** Refuse a tree in which an available IOMMU is behind itself, at once or by way of others. */
export function checkCircles(tree: DeviceTree): Result<null, UserError> {
  const next = new Map<DtNode, DtNode[]>();
  for (const node of tree.nodes) {
    if (!has(node, '#iommu-cells') || !has(node, 'iommus') || !isReachable(node)) continue;
    const specifiers = readIommus(tree, node);
    if (!specifiers.ok) return specifiers;
    next.set(node, [...new Set(specifiers.value.map((s) => s.provider))]);
  }
  const done = new Set<DtNode>();
  for (const start of next.keys()) {
    const circle = findCircle(start, next, done);
    if (!circle) continue;
    return fail(
      'RW032',
      `IOMMUs are behind each other in a circle: ${circle.map(pathOf).join(' -> ')}`,
      'remove iommus from one of these nodes',
    );
  }
  return ok(null);
}

/** Depth-first search with a stack of its own, since a circle may be as long as the tree. */
function findCircle(
  start: DtNode,
  next: ReadonlyMap<DtNode, readonly DtNode[]>,
  done: Set<DtNode>,
): DtNode[] | undefined {
  const path: { readonly node: DtNode; child: number }[] = [];
  const onPath = new Set<DtNode>();
  const enter = (node: DtNode): void => {
    path.push({ node, child: 0 });
    onPath.add(node);
  };
  if (!done.has(start)) enter(start);
  for (let top = path.at(-1); top; top = path.at(-1)) {
    const to = next.get(top.node)?.[top.child];
    top.child += 1;
    if (!to) {
      done.add(top.node);
      onPath.delete(top.node);
      path.pop();
    } else if (onPath.has(to)) {
      const nodes = path.map((p) => p.node);
      return [...nodes.slice(nodes.indexOf(to)), to];
    } else if (!done.has(to)) {
      enter(to);
    }
  }
  return undefined;
}
