// SPDX-License-Identifier: GPL-2.0-only
// C31: a fwspec that lacks the ids of an absent IOMMU stays, and is taken for a whole one: on ACPI,
// and up to v6.10 on a device tree as well.

import type { Handle } from '#env/op';
import type { RuleContext } from '#properties/context';
import type { WindowSignature } from './signature.ts';
import type { Window } from './window.ts';

/** No state: the fwspec has fewer ids than the firmware names for the device. */
const signature: WindowSignature = {
  make: (ctx: RuleContext) => ({
    events: [],
    // Declared only where there is something to see: what is read makes its writers visible.
    reads: isConcerned(ctx) ? ['device.iommu', 'dev_iommu.fwspec', 'iommu_fwspec.ids'] : [],
    initial: null,
    step: (state) => state,
    explains(_state, report, peek) {
      // None at all is no part of them.
      const some = Number(report.facts['have']) > 0;
      if (report.property === 'P12') return some && usesOf(ctx, report.subject) > 1;
      if (!isConcerned(ctx)) return false;
      if (!['P1', 'P2', 'P3', 'P8', 'P10', 'P11'].includes(report.property)) return false;
      const d = ctx.clients.find((x) => x.data.name === report.subject);
      const param = d && peek.get(d.handle, 'iommu');
      const fwspec = param && peek.get(param, 'fwspec');
      if (!d || !fwspec) return false;
      const ids = peek.get(fwspec as Handle<{ ids: readonly number[] | null }>, 'ids');
      // Nothing is left of a fwspec that was freed while dev->iommu points to it.
      if (ids === null) return false;
      return (
        ids.length > 0 && ids.length < d.data.iommus.reduce((sum, use) => sum + use.ids.length, 0)
      );
    },
  }),
};

export const c31: Window = {
  id: 'C31',
  name: 'acpi-partial-fwspec',
  title: 'An ACPI device binds with half of its stream ids',
  text:
    'The second mapping of a device defers and nothing is cleaned up; the retry finds a ' +
    'fwspec and takes it for complete.',
  threads: ['bind'],
  precondition: 'ACPI; a named component behind two SMMUs, one absent at first',
  symptom: 'IOMMU faults for some of the stream ids',
  log: [
    {
      seen: { kind: 'late', by: ['walk'] },
      firmware: 'acpi',
      needs: ['several IOMMUs stand before it'],
      rare: true,
    },
  ],
  symptomOf: ['P12'],
  ways: [{ opened: null, closed: [] }],
  links: [],
  confidence: 0.7,
  kind: 'sequential',
  needs: ['an ACPI client of two IOMMUs'],
  worlds: [
    {
      world: 'hand:walk+bind acpi two',
      found: ['7.2', '6.0'],
      absent: ['7.2 +c13-ready-per-instance.ts'],
    },
  ],
  signatures: { main: signature },
};

/** How many IOMMUs firmware names for a device. */
function usesOf(ctx: RuleContext, device: string): number {
  return ctx.clients.find((d) => d.data.name === device)?.data.iommus.length ?? 0;
}

/** True where an ACPI client has several mappings. */
function isConcerned(ctx: RuleContext): boolean {
  return ctx.world.firmware === 'acpi' && ctx.clients.some((d) => d.data.iommus.length > 1);
}
