// SPDX-License-Identifier: GPL-2.0-only
// How the tree says which IOMMUs a device is behind: `iommus` and `iommu-map`, as v7.2 reads them.
import { hex, words } from '#base/bytes';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { cell, type DeviceTree, type DtNode, pathOf } from '#firmware/dtb/tree';
import type { IommuProblem } from '#platform/types';

/** A provider and the cells it is given. */
export interface PhandleArgs {
  readonly provider: DtNode;
  readonly ids: readonly number[];
}

/** MAX_PHANDLE_ARGS of the kernel. */
const specifierCellsMax = 16;

/**
 * The entries of `iommus`, in order. The kernel ends the list silently at an entry that names no
 * node or does not fit; here that is an error, since no board means it. An entry 0 ends the list.
 */
export function readIommus(tree: DeviceTree, node: DtNode): Result<PhandleArgs[], UserError> {
  const value = node.properties.get('iommus');
  if (!value) return ok([]);
  if (value.length % 4 !== 0) {
    return fail(
      'RW031',
      `${pathOf(node)}: iommus has ${value.length} bytes, which are no whole cells`,
      'compile the board again, or mend the property',
    );
  }
  const list = words(value);
  const out: PhandleArgs[] = [];
  for (let at = 0; at < list.length; ) {
    const phandle = list[at] ?? 0;
    if (phandle === 0) break;
    const provider = tree.byPhandle.get(phandle);
    if (!provider) return missingPhandle(node, 'iommus', phandle);
    const count = cell(provider, '#iommu-cells');
    if (count === undefined) {
      return fail(
        'RW031',
        `${pathOf(node)}: iommus names ${pathOf(provider)}, which has no #iommu-cells`,
        'the reference is wrong, or the provider is no IOMMU',
      );
    }
    if (count > specifierCellsMax || at + 1 + count > list.length) {
      return fail(
        'RW031',
        `${pathOf(node)}: iommus has ${list.length - at - 1} cells where ${pathOf(provider)} ` +
          `wants ${count}`,
        'the number of cells does not agree with #iommu-cells of the provider',
      );
    }
    out.push({ provider, ids: list.slice(at + 1, at + 1 + count) });
    at += 1 + count;
  }
  return ok(out);
}

function missingPhandle(node: DtNode, property: string, phandle: number): Result<never, UserError> {
  return fail(
    'RW030',
    `${pathOf(node)}: ${property} names phandle ${hex(phandle)}, which no node has`,
    'apply missing overlays, or mend the reference',
  );
}

/** What `iommu-map` makes of an id: an IOMMU, none (bypass), or an error of of_map_id(). */
type Mapped =
  | { readonly kind: 'iommu'; readonly specifier: PhandleArgs }
  | { readonly kind: 'bypass' }
  | { readonly kind: 'error'; readonly problem: IommuProblem };

/** `iommu-map` and its mask, ready to be asked. */
export interface IommuMap {
  readonly mask: number;
  readonly hasMap: boolean;
  /** Entries in order; none where the map is absent. */
  readonly entries: readonly MapEntry[];
  readonly map: (id: number) => Mapped;
}

/**
 * `iommu-map` of a host bridge. Entries have 3 + #iommu-cells words; a map of one-cell entries
 * that targets a provider of two cells is understood as in v7.2. Follows of_map_id().
 */
export function readIommuMap(tree: DeviceTree, node: DtNode): Result<IommuMap, UserError> {
  const value = node.properties.get('iommu-map');
  const mask = cell(node, 'iommu-map-mask') ?? 0xffffffff;
  if (!value) return ok({ mask, hasMap: false, entries: [], map: () => ({ kind: 'bypass' }) });
  const malformed = fail(
    'RW031',
    `${pathOf(node)}: iommu-map has ${value.length} bytes, which are no whole entries`,
    'an entry has 3 cells and #iommu-cells of its IOMMU; compile the board again',
  );
  if (value.length % 4 !== 0) return malformed;
  const list = words(value);
  const entries: MapEntry[] = [];
  let oneCell = false;
  for (let at = 0; at < list.length; ) {
    if (list.length - at < 2) return malformed;
    const phandle = list[at + 1] ?? 0;
    const provider = tree.byPhandle.get(phandle);
    if (!provider) return missingPhandle(node, 'iommu-map', phandle);
    let count = oneCell ? 1 : (cell(provider, '#iommu-cells') ?? 1);
    if (at === 0 && count === 2) {
      oneCell = isOneCellMap(list);
      if (oneCell) count = 1;
    }
    if (count > specifierCellsMax || list.length - at < 3 + count) return malformed;
    const out = list.slice(at + 2, at + 2 + count);
    entries.push({ base: list[at] ?? 0, provider, out, length: list[at + 2 + count] ?? 0 });
    at += 3 + count;
  }
  return ok({ mask, hasMap: true, entries, map: (id) => mapId(node, entries, mask, id) });
}

/** An entry of `iommu-map`. */
interface MapEntry {
  readonly base: number;
  readonly provider: DtNode;
  readonly out: readonly number[];
  readonly length: number;
}

/** of_check_bad_map(): all entries of four words, for one provider, one id each. */
function isOneCellMap(list: readonly number[]): boolean {
  if (list.length % 4 !== 0) return false;
  for (let at = 0; at < list.length; at += 4) {
    if (list[at + 1] !== list[1] || list[at + 3] !== 1) return false;
  }
  return true;
}

function mapId(node: DtNode, entries: readonly MapEntry[], mask: number, id: number): Mapped {
  const masked = (id & mask) >>> 0;
  for (const entry of entries) {
    if ((entry.base & ~mask) !== 0) {
      return mapError(
        'EFAULT',
        `${pathOf(node)}: iommu-map-mask ${hex(mask)} hides bits of id base ${hex(entry.base)}`,
      );
    }
    const offset = masked - entry.base;
    if (offset < 0 || offset >= entry.length) continue;
    if (entry.length > 1 && entry.out.length > 1) {
      return mapError(
        'EINVAL',
        `${pathOf(node)}: iommu-map has a range of ${entry.length} ids for an IOMMU of ` +
          `${entry.out.length} cells, which the kernel cannot translate`,
      );
    }
    const ids = entry.out.map((out) => (out + offset) >>> 0);
    return { kind: 'iommu', specifier: { provider: entry.provider, ids } };
  }
  return { kind: 'bypass' };
}

function mapError(errno: 'EFAULT' | 'EINVAL', because: string): Mapped {
  return { kind: 'error', problem: { errno, because } };
}
