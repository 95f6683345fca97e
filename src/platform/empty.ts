// SPDX-License-Identifier: GPL-2.0-only
// Why a board has no client, and what to do then: nothing can be said of its races.
import { plural } from '#base/text';
import { clientsOf } from '#platform/classes';
import type { Platform } from '#platform/types';

/** Why there is nothing to check on a board. */
export interface NothingToCheck {
  /** A sentence each; at least one. */
  readonly because: readonly string[];
  readonly hint: string;
}

const namesMax = 3;

function listed(names: readonly string[]): string {
  const more = names.length - namesMax;
  return names.slice(0, namesMax).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** Null where some device ends up behind an IOMMU. */
export function nothingToCheck(platform: Platform): NothingToCheck | null {
  if (clientsOf(platform).length > 0) return null;
  const { iommus, devices, hosts, unavailable } = platform;
  const because: string[] = [];
  const off = iommus.filter((i) => !i.reachable);
  const acpi = platform.firmware === 'acpi';
  if (iommus.length === 0) {
    because.push(
      acpi
        ? 'the tables name no IOMMU: it would be in IORT, RIMT, VIOT, DMAR or IVRS'
        : 'no IOMMU is found: no node has #iommu-cells',
    );
    because.push(...platform.notes.slice(0, namesMax));
  }
  if (off.length > 0) {
    because.push(`${plural(off.length, 'IOMMU')} disabled: ${listed(off.map((i) => i.name))}`);
  }
  for (const i of iommus.filter((i) => i.reachable && !i.registers)) {
    because.push(`${i.name} never registers: ${i.because}`);
  }
  const unfilled = hosts.filter((h) => h.unfilled);
  if (unfilled.length > 0) {
    const names = listed(unfilled.map((h) => h.name));
    because.push(`the boot loader fills in the iommu-map of ${names}; it has not yet`);
  }
  const problems = devices.filter((d) => d.problem !== null);
  for (const text of new Set(problems.map((d) => d.problem?.because ?? ''))) {
    const names = problems.filter((d) => d.problem?.because === text).map((d) => d.name);
    because.push(`${listed(names)} without IOMMU: ${text}`);
  }
  const lost = unavailable.clients + unavailable.maps;
  if (lost > 0) because.push(`${plural(lost, 'node')} that would refer to one disabled`);
  if (because.length === 0) because.push('no device refers to an IOMMU');
  return { because, hint: acpi ? acpiHint : hint };
}

const hint =
  'boot loaders enable nodes and fill in maps: give the blob of the running machine, ' +
  '/sys/firmware/fdt; without a board, check takes the generic worlds';

const acpiHint =
  'give all tables of the machine, /sys/firmware/acpi/tables or what acpidump prints, and its ' +
  'PCI functions with --pci; without a board, check takes the generic worlds';
