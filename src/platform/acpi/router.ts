// SPDX-License-Identifier: GPL-2.0-only
// What each table that tells of IOMMUs has to answer; the platform is put together from these.
import type { KnownFunction } from '#firmware/pci/functions';
import type { Alias } from '#platform/acpi/topology';
import type { IommuDriver, IommuProblem, IommuUse } from '#platform/types';

/** An IOMMU that a table names. */
export interface Instance {
  readonly name: string;
  /** Where it is written: `IORT 0x48`. */
  readonly path: string;
  readonly driver: IommuDriver;
  /** The PCI function that it is; null for a device of its own. */
  readonly pci: string | null;
  /** Why it never registers; null where it does. */
  readonly because: string | null;
}

/** What a table says of a device: what it is behind, or why of nothing. */
export interface Route {
  readonly iommus: readonly IommuUse[];
  readonly problem: IommuProblem | null;
}

/** A device of the namespace that a table names. */
export interface NamedDevice {
  readonly path: string;
  /** `AMDI0020:00`, where the table has what the kernel makes it of. */
  readonly name: string | null;
  readonly route: Route;
}

/** A PCI function that stands for those a table speaks of, when it is not known which there are. */
export interface Representative {
  readonly segment: number;
  readonly rid: number;
}

/** One table, ready to be asked. */
export interface Router {
  readonly instances: readonly Instance[];
  readonly named: readonly NamedDevice[];
  /** The route of a function by all its ids; null where the table says nothing of it. */
  readonly pci: (f: KnownFunction, aliases: readonly Alias[]) => Route | null;
  /** True where the table speaks of some functions of that segment. */
  readonly speaksOf: (segment: number) => boolean;
  readonly representatives: () => Representative[];
  readonly notes: readonly string[];
}

/** The route of an error. */
export function noRoute(errno: IommuProblem['errno'], because: string): Route {
  return { iommus: [], problem: { errno, because } };
}

/** Representatives made for one table at most. */
export const representativesMax = 16;

/** Ids that usually are there: a function on the root bus, and one behind a root port. */
export const usualRids: readonly number[] = [0, 0x100];
