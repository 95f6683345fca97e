// SPDX-License-Identifier: GPL-2.0-only
// What a world assumes beyond the board, in sentences for the report.

import { byOwnTable } from '#kernel/index';
import { bootOptions } from './command-line.ts';
import type { World, WorldThread } from './world.ts';

/** The circumstances under which the world's threads meet, one sentence each without full stop. */
export function assumptionsOf(world: World): string[] {
  const walks = world.threads.flatMap((t) => (t.kind === 'iommu-probe' ? [t.instance] : []));
  const out: string[] = [];
  if (walks.length > 1) {
    out.push(`${walks.join(' and ')} register at the same time (async probing or module loading)`);
  }
  for (const thread of world.threads) out.push(...aboutThread(thread, walks));
  const walking = world.instances.filter((i) => walks.includes(i.name));
  if (walking.some((i) => byOwnTable.has(i.driver))) {
    out.push('a driver of that bus is there before rootfs_initcall, which starts the units');
  }
  for (const d of world.devices) {
    if (!d.deferred) continue;
    out.push(`the driver of ${d.name} was there before its IOMMU, and has been deferred`);
  }
  for (const i of world.instances) {
    if (i.registered) out.push(`${i.name} is registered and ready before`);
    if (i.probeFails) out.push(`the probe of ${i.name} fails after it has registered`);
  }
  for (const d of world.devices) {
    if (d.probeError) out.push(`${d.name} is refused by its IOMMU, which ends a registration`);
    if (d.driver?.managedDma) out.push(`the driver of ${d.name} manages its DMA, as VFIO's do`);
    const { dmaMask } = d.driver ?? {};
    if (dmaMask !== undefined) {
      out.push(`the driver of ${d.name} sets DMA_BIT_MASK(${dmaMask})`);
      const { dmaLimit } = d;
      if (dmaLimit !== undefined) {
        out.push(`firmware limits the DMA of ${d.name} to ${dmaLimit} bits of address`);
      }
    }
    if (d.driver?.async && !world.switches.asyncProbe) {
      out.push(`the driver of ${d.name} asks for asynchronous probing`);
    }
  }
  const { switches } = world;
  if (switches.asyncProbe) out.push(`${bootOptions.async}: drivers probe on threads of their own`);
  if (switches.strictDevlink) out.push(bootOptions.strict);
  if (switches.deferralTimeout) out.push('the deferral timeout may expire at any moment');
  if (switches.lazyDma) out.push('iommu.strict=0, and an IOMMU that cannot queue flushes');
  return out;
}

function aboutThread(thread: WorldThread, walks: readonly string[]): string[] {
  const during = walks.length > 0 ? ` while ${walks.join(' or ')} registers` : '';
  switch (thread.kind) {
    case 'driver-attach':
      return [`the driver of ${thread.device} is loaded${during}`];
    case 'device-add':
      return [`${thread.device} is added${during}`];
    case 'device-del':
      return [`${thread.device} is removed${during}`];
    case 'bus-scan':
      return [`${thread.devices.join(' and ')} are found by a scan of their bus${during}`];
    case 'mock-add':
      return [`a test of iommufd asks for ${thread.device}`];
    case 'late-initcall':
      return [`late_initcall has not come yet${during}`];
    case 'iommu-unbind':
      return [`the driver of ${thread.instance} is unbound`];
    default:
      return [];
  }
}
