// SPDX-License-Identifier: GPL-2.0-only
// Who stands with a client in its worlds: bystanders on its bus, and the IOMMU of a second walk.
import { registersInTurn } from '#platform/iommu-driver';
import type { Platform, PlatformDevice } from '#platform/types';

/** A client with the devices that a walk meets before and after it; at most one on each side. */
export interface Cast {
  readonly client: PlatformDevice;
  readonly before: PlatformDevice | null;
  readonly after: PlatformDevice | null;
}

/** All that a client's worlds are made of, beside the scenes. */
export interface Surroundings {
  /** One; two where neighbours of its group and others cannot be had in one cast. */
  readonly casts: readonly Cast[];
  /** Null where no second walk can run beside the first. */
  readonly second: SecondWalk | null;
}

/** Two walks at once. */
interface SecondWalk {
  /** The instance whose walk comes second: its own next one, else another one of the board. */
  readonly instance: string;
  /** The client with one other device at most, where one stands by at all: with two it is large. */
  readonly beside: Cast;
}

/** Distinct instances of a device in the order of its specifiers. */
export function instancesOf(d: PlatformDevice): readonly string[] {
  return [...new Set(d.iommus.map((use) => use.iommu))];
}

/** Neighbouring specifiers of a device for one instance; the cells of each. */
interface UseRun {
  readonly iommu: string;
  readonly ids: readonly (readonly number[])[];
}

/** The specifiers of @d, those that are neighbours for one instance put together. */
export function runsOf(d: PlatformDevice): UseRun[] {
  const runs: { iommu: string; ids: (readonly number[])[] }[] = [];
  for (const { iommu, ids } of d.iommus) {
    const last = runs.at(-1);
    if (last?.iommu === iommu) last.ids.push(ids);
    else runs.push({ iommu, ids: [ids] });
  }
  return runs;
}

/** Answers who stands with a client on one board. */
export class Stage {
  private readonly platform: Platform;
  private readonly place: ReadonlyMap<string, number>;

  constructor(platform: Platform) {
    this.platform = platform;
    this.place = new Map(platform.devices.map((d, i) => [d.name, i]));
  }

  /** @likes: names of the devices of its kind, which make the better bystanders. */
  surroundings(client: PlatformDevice, likes: ReadonlySet<string>): Surroundings {
    const before = this.beside(client, likes, -1);
    const after = this.beside(client, likes, 1);
    const one = { client, before: before[0] ?? null, after: after[0] ?? null };
    const casts = [one, ...otherCasts(one, before, after)] as const;
    const instance = this.second(client);
    return { casts, second: instance === null ? null : { instance, beside: smallCast(casts) } };
  }

  /** Devices as the buses list them: bus by bus, each in order of creation. */
  inBusOrder<T>(list: readonly T[], busOf: (t: T) => string, nameOf: (t: T) => string): T[] {
    const rank = (t: T): number => busOrder.indexOf(busOf(t));
    return [...list].sort((a, b) => rank(a) - rank(b) || this.at(nameOf(a)) - this.at(nameOf(b)));
  }

  /** Devices on one side behind no other IOMMUs than the client's: its likes, then the nearest. */
  private beside(
    client: PlatformDevice,
    likes: ReadonlySet<string>,
    side: 1 | -1,
  ): PlatformDevice[] {
    const own = instancesOf(client);
    const distance = (d: PlatformDevice): number => (this.at(d.name) - this.at(client.name)) * side;
    const rank = (d: PlatformDevice): number => (likes.has(d.name) ? 0 : 1);
    return this.platform.devices
      .filter((d) => d.bus === client.bus && distance(d) > 0 && d.iommus.length > 0)
      .filter((d) => d.iommus.every((use) => own.includes(use.iommu)))
      .sort((a, b) => rank(a) - rank(b) || distance(a) - distance(b));
  }

  /** Another IOMMU of the client, else another one of the board that the kernel would register. */
  private second(client: PlatformDevice): string | null {
    const own = instancesOf(client);
    if (own[1] !== undefined) return own[1];
    const driver = this.platform.iommus.find((i) => i.name === own[0])?.driver;
    if (registersInTurn(driver)) return null;
    const others = this.platform.iommus.filter((i) => i.registers && !own.includes(i.name));
    return (others.find((i) => i.driver === driver) ?? others[0])?.name ?? null;
  }

  private at(name: string): number {
    return this.place.get(name) ?? 0;
  }
}

/** Buses in the order in which a walk takes them. */
export const busOrder: readonly string[] = [
  'platform',
  'amba',
  'cdx',
  'pci',
  'fsl-mc',
  'host1x-context',
];

/**
 * A bystander of the client's group and one of another group make different worlds. Where a side
 * has both kinds, and the first cast has none of one kind, there is a cast that has.
 */
function otherCasts(
  one: Cast,
  before: readonly PlatformDevice[],
  after: readonly PlatformDevice[],
): Cast[] {
  const { client } = one;
  const isMate = (d: PlatformDevice): boolean => d.groupKey === client.groupKey;
  return [true, false].flatMap((mates) => {
    const has = [one.before, one.after].some((d) => d !== null && isMate(d) === mates);
    const fits = (d: PlatformDevice): boolean => isMate(d) === mates;
    const [b, a] = [before.find(fits), after.find(fits)];
    if (has || (!b && !a)) return [];
    return [{ client, before: b ?? one.before, after: a ?? one.after }];
  });
}

/**
 * Of those in @casts the one that shows most: there is an order of groups only with another group,
 * and a client that waits falls behind those after it.
 */
function smallCast(casts: readonly [Cast, ...Cast[]]): Cast {
  const alone: Cast = { client: casts[0].client, before: null, after: null };
  const sides = [
    ...casts.flatMap(({ after }) => (after ? [{ ...alone, after }] : [])),
    ...casts.flatMap(({ before }) => (before ? [{ ...alone, before }] : [])),
  ];
  const own = instancesOf(alone.client).length;
  const other = ({ before, after }: Cast): PlatformDevice | null => after ?? before;
  const peers = sides.filter((cast) => other(cast)?.groupKey !== alone.client.groupKey);
  const alike = peers.find((cast) => instancesOf(other(cast) ?? alone.client).length === own);
  return alike ?? peers[0] ?? sides[0] ?? alone;
}
