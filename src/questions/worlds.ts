// SPDX-License-Identifier: GPL-2.0-only
// Which worlds a check explores, and which others there are: other devices of the board, actors
// that were not asked for, the generic worlds.

import type { CheckOptions } from '#finding/report';
import type { Platform } from '#platform/index';
import { propertyNamed } from '#properties/index';
import { canReach, needsOf, type PreconditionId } from '#windows/index';
import { type Actor, actors, namedActors } from '#worlds/actors';
import {
  type ActorCast,
  actorCasts,
  type DerivedWorld,
  type WorldAxes,
  worldsForPlatform,
} from '#worlds/derive';
import { genericWorlds } from '#worlds/generic';
import { asynchronously } from '#worlds/transforms';
import type { World } from '#worlds/world';
import type { Comes } from './comes.ts';

type Asked = Pick<CheckOptions, 'devices' | 'asyncProbe' | 'strictDevlink'> &
  Partial<Pick<CheckOptions, 'properties' | 'windows' | 'actors'>>;

/** Worlds that were not explored, and what brings them in: a flag, or words. */
export interface Elsewhere {
  readonly how: string;
  readonly worlds: readonly DerivedWorld[];
  /** As a check has them that is asked like that, where these may be cast otherwise. */
  readonly again?: () => readonly DerivedWorld[];
  /** What comes about there, where that is asked of something else than the check itself is. */
  readonly comes?: Comes;
}

/** The worlds of the classes that were asked for, and what is not among them. */
export interface ChosenWorlds {
  readonly worlds: readonly DerivedWorld[];
  /** The nearest first. */
  readonly elsewhere: () => readonly Elsewhere[];
  /** Why the kernel can not bring about what one of @needs says, for a class; else null. */
  readonly barred: (classKey: string, needs: readonly PreconditionId[]) => string | null;
  /** Worlds that the class has with actors who do not act. */
  readonly idle: (classKey: string) => readonly World[];
}

/** Choose from the worlds of @platform under the kernel called @kernel, or the generic ones. */
export function chooseWorlds(
  platform: Platform | null,
  options: Asked,
  kernel: string,
): ChosenWorlds {
  if (platform === null) {
    const worlds = genericWorlds().map((d) => switched(d, options));
    const isAsked = askedIn(options);
    const again = (devices: readonly string[]) =>
      chooseWorlds(null, { ...options, devices }, kernel).worlds;
    const elsewhere = () =>
      otherClasses(
        worlds.filter((w) => !isAsked(w)),
        again,
      );
    return { worlds: worlds.filter(isAsked), elsewhere, barred: () => null, idle: () => [] };
  }
  return new BoardWorlds(platform, options, kernel);
}

/** The worlds of one board. */
class BoardWorlds implements ChosenWorlds {
  readonly worlds: readonly DerivedWorld[];
  private readonly options: Asked;
  private readonly others: readonly DerivedWorld[];
  private readonly makeCasts: () => readonly ActorCast[];
  private made: readonly ActorCast[] | null = null;
  private readonly acting: readonly string[];
  private readonly again: (more: Partial<Asked>) => readonly DerivedWorld[];

  constructor(platform: Platform, options: Asked, kernel: string) {
    const { devices, asyncProbe, strictDevlink } = options;
    const axes: WorldAxes = { asyncProbe, strictDevlink, prefer: devices ?? [], kernel };
    this.options = options;
    this.again = (more) => new BoardWorlds(platform, { ...options, ...more }, kernel).worlds;
    this.makeCasts = () => actorCasts(platform, axes);
    const isAsked = askedIn(options);
    const plain = worldsForPlatform(platform, axes);
    const usual = plain.filter(isAsked);
    this.acting = [...new Set([...(options.actors ?? []), ...this.needed(usual)])];
    // Most boards are asked for no more than the usual: a sweep has thousands of them.
    const { acting } = this;
    const all =
      acting.length === 0 ? plain : worldsForPlatform(platform, { ...axes, actors: acting });
    this.worlds = all.filter(isAsked);
    this.others = all.filter((w) => !isAsked(w));
  }

  /** Made once they are looked at. */
  private get casts(): readonly ActorCast[] {
    this.made ??= this.makeCasts();
    return this.made;
  }

  elsewhere = (): readonly Elsewhere[] => {
    const isAsked = askedIn(this.options);
    const { actors: given = [], asyncProbe, strictDevlink } = this.options;
    const actorsOf = (isMine: boolean): Elsewhere[] =>
      namedActors.flatMap(({ id, flag }) => {
        const idle = this.casts.filter((c) => c.actor.id === id && !this.acts(c.actor));
        const worlds = idle.flatMap((c) => c.worlds).filter((w) => isAsked(w) === isMine);
        const actors = [...given, id];
        const how = `--actors ${flag}`;
        if (isMine) return [{ how, worlds, again: () => this.again({ actors }) }];
        const others = otherClasses(worlds, (devices) => this.again({ devices, actors }));
        return others.map((e) => ({ ...e, how: `${e.how} ${how}` }));
      });
    const axes = { asyncProbe, strictDevlink };
    const generic = otherClasses(
      genericWorlds().map((d) => switched(d, this.options)),
      (devices) => chooseWorlds(null, { ...axes, devices }, '').worlds,
    );
    const also = `${asyncProbe ? ' --async' : ''}${strictDevlink ? ' --strict-devlink' : ''}`;
    const without = given.length > 0 ? 'neither FIRMWARE nor --actors, but' : 'no FIRMWARE and';
    return [
      ...otherClasses(this.others, (devices) => this.again({ devices })),
      ...actorsOf(true),
      ...actorsOf(false),
      ...generic.map((e) => ({ ...e, how: `${without} ${e.how}${also}` })),
    ];
  };

  barred = (classKey: string, needs: readonly PreconditionId[]): string | null => {
    const casts = this.casts.filter((c) => c.classKey === classKey);
    // INVARIANT: what a rarer actor brings about, it may bring about without those of a boot.
    const stoppedIn = (world: World): ActorCast | undefined => {
      const acting = casts.filter(({ actor }) => actor.isIn(world));
      const rare = acting.filter(({ actor }) => !actor.usual);
      return (rare.length > 0 ? rare : acting).find((c) => c.missing?.never === true);
    };
    const reasons = new Set<string>();
    for (const need of needs) {
      const worlds = genericWorlds().filter(({ world }) => canReach(world, need));
      const stopped = worlds.map(({ world }) => stoppedIn(world));
      if (stopped.length === 0 || stopped.some((cast) => cast === undefined)) return null;
      for (const cast of stopped) reasons.add(cast?.missing?.because ?? '');
    }
    return reasons.size === 0 ? null : [...reasons].join('; ');
  };

  idle = (classKey: string): readonly World[] =>
    this.casts
      .filter((c) => c.classKey === classKey && !this.acts(c.actor))
      .flatMap(({ worlds }) => worlds.map(({ world }) => world));

  /** Rarer actors without which what is asked of a class could not come about there. */
  private needed(usual: readonly DerivedWorld[]): string[] {
    const wanted = [
      ...(this.options.windows ?? []).map(
        (id) => (world: World) => needsOf(id).some((need) => canReach(world, need)),
      ),
      ...(this.options.properties ?? []).flatMap((id) => [
        (world: World) => isAskedIn(id, world),
        (world: World) => isHeldIn(id, world),
      ]),
    ];
    if (wanted.length === 0) return [];
    const keys = new Set(usual.map((w) => w.classKey));
    return this.casts.flatMap(({ actor, classKey, worlds }) => {
      if (actor.usual || !keys.has(classKey)) return [];
      const mine = usual.filter((w) => w.classKey === classKey);
      const serves = wanted.some(
        (fits) => !mine.some((w) => fits(w.world)) && worlds.some((w) => fits(w.world)),
      );
      return serves ? [actor.id] : [];
    });
  }

  private acts(actor: Actor): boolean {
    return actor.usual || this.acting.includes(actor.id);
  }
}

/** True where a rule can say something of @world. */
export function isAskedIn(id: string, world: World): boolean {
  const property = propertyNamed(id);
  return (property?.concerns?.(world) ?? true) && (property?.asked?.fits?.(world) ?? true);
}

/** True for a world without which a rule is not said to hold: src/properties/context.ts. */
export function isHeldIn(id: string, world: World): boolean {
  const needed = propertyNamed(id)?.holdsWith;
  return actors.some((actor) => actor.id === needed && actor.isIn(world));
}

/** One entry for each class of @worlds, by its first device; @again: the worlds of devices. */
function otherClasses(
  worlds: readonly DerivedWorld[],
  again: (devices: readonly string[]) => readonly DerivedWorld[],
): Elsewhere[] {
  return [...new Set(worlds.map((w) => w.classKey))].flatMap((key) => {
    const mine = worlds.filter((w) => w.classKey === key);
    const device = mine[0]?.devices[0];
    if (device === undefined) return [];
    return [{ how: `--device ${device}`, worlds: mine, again: () => again([device]) }];
  });
}

function askedIn({ devices }: Asked): (w: DerivedWorld) => boolean {
  return (w) => devices === null || w.devices.some((name) => devices.includes(name));
}

function switched(d: DerivedWorld, { asyncProbe, strictDevlink }: Asked): DerivedWorld {
  const { world } = d;
  const strict = { ...world, switches: { ...world.switches, strictDevlink } };
  if (!asyncProbe) return strictDevlink ? { ...d, world: strict } : d;
  return { ...d, world: asynchronously(strict) };
}
