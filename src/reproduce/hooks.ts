// SPDX-License-Identifier: GPL-2.0-only
// The functions at whose boundaries a kernel can be held, and the model with the same boundaries.

import type { Kfn, Value } from '#env/op';
import {
  assemble,
  Device,
  type Draft,
  defineCommit,
  type FunctionName,
  IommuDevice,
  type Kernel,
  type Revision,
} from '#kernel/index';
import { Gates } from './gates.ts';
import type { Role, Wait } from './waits.ts';

/** A function that the module hooks. */
interface Hook {
  /** In the kernel: a symbol of its own, that may sleep, with the device as first argument. */
  readonly symbol: string;
  readonly model: FunctionName;
  /** The driver of the module comes to it by itself: there is nothing to hook. */
  readonly own?: true;
}

/** A function by itself is in the kernel what it is in the model. */
const same = (symbol: FunctionName): Hook => ({ symbol, model: symbol });

/** All of them. What a build has inlined is told by the machine when a hook is set there. */
export const hooks: readonly Hook[] = [
  same('really_probe'),
  same('platform_dma_configure'),
  same('pci_dma_configure'),
  same('amba_dma_configure'),
  { symbol: 'of_dma_configure_id', model: 'of_dma_configure' },
  { symbol: 'acpi_dma_configure_id', model: 'acpi_dma_configure' },
  same('of_iommu_configure'),
  same('probe_iommu_group'),
  same('iommu_device_use_default_domain'),
  same('iommu_probe_device'),
  same('iommu_setup_dma_ops'),
  same('driver_bound'),
  same('driver_deferred_probe_add'),
  { symbol: 'dma_map_single', model: 'model__dma_map', own: true },
];

/** The functions that the module has to hook for @points of waits. */
export function hooksAt(points: readonly string[]): string[] {
  const symbols = points.map((point) => point.replace(/^[a-z]+:|[+-]$/g, ''));
  const unasked = [...hooks.filter((hook) => hook.own), ...roles].map(
    ({ symbol }) => symbol as string,
  );
  return [...new Set(symbols)].filter((symbol) => !unasked.includes(symbol)).sort();
}

/** A function that makes a role of who is inside of it. */
interface RoleOf {
  readonly symbol: FunctionName;
  readonly role: Role;
  /** It runs once, so that its ends are points, too, of whichever device. */
  readonly once?: true;
}

/** All of them; the module hooks them unasked. */
const roles: readonly RoleOf[] = [
  { symbol: 'iommu_device_register', role: 'walk', once: true },
  { symbol: 'deferred_probe_work_func', role: 'worker' },
  { symbol: 'device_add', role: 'add' },
  { symbol: 'deferred_probe_timeout_work_func', role: 'timeout', once: true },
];

type AnyFn = (k: Kernel, ...args: unknown[]) => Kfn<Value | void>;

/** Devices that points are about: in a walk that of the rule, else the one that acts. */
export interface PointDevices {
  readonly subject: string;
  readonly actor: string;
  /** The device of the second instance that registers; null: there is none. */
  readonly beside: string | null;
}

/** @revision held by @waits at the boundaries of functions that act on @devices. */
export function heldBy(
  revision: Revision,
  devices: PointDevices,
  waits: readonly Wait[],
): Revision {
  const commit = defineCommit({
    ...{ sha: 'waits', subject: 'held by waits', landed: 'v7.2', fixes: [], link: null },
    ...{ requires: [], conflicts: [] },
    apply: (draft) => hold(draft, devices, new Gates(waits)),
  });
  return { ...revision, commits: [...revision.commits, commit] };
}

/** The role of whoever runs; a kernel that a fix makes of another one has it, too. */
const roleKey = Symbol('role');
type InRole = Kernel & { readonly [roleKey]?: Role };

function hold(draft: Draft, { subject, actor, beside }: PointDevices, gates: Gates): void {
  // A role is a kernel of its own, with the same globals: whoever is inside goes on with that one.
  const made = new WeakMap<Kernel, Map<Role, Kernel>>();
  const inRole = (k: Kernel, role: Role): Kernel => {
    const known = made.get(k) ?? new Map<Role, Kernel>();
    made.set(k, known);
    const kernel = known.get(role) ?? assemble(draft, { ...k, [roleKey]: role } as InRole);
    known.set(role, kernel);
    return kernel;
  };
  const fns = draft.fns as unknown as Record<string, AnyFn>;
  for (const { symbol, model } of hooks) {
    const plain = fns[model]!;
    fns[model] = function* (k, ...args) {
      const [dev] = args;
      const role = (k as InRole)[roleKey] ?? 'bind';
      const name = role === 'walk' || role === 'beside' ? subject : actor;
      if (!(dev instanceof Device) || dev.name !== name) return yield* plain(k, ...args);
      return yield* gates.through(role, symbol, () => plain(k, ...args));
    };
  }
  for (const { symbol, role, once } of roles) {
    const plain = fns[symbol]!;
    fns[symbol] = function* (k, ...args) {
      const [iommu] = args;
      const isBeside = iommu instanceof IommuDevice && iommu.hwdev.name === beside;
      const own = isBeside ? 'beside' : role;
      const inside = () => plain(inRole(k, own), ...args);
      return yield* once ? gates.through(own, symbol, inside) : inside();
    };
  }
}
