// SPDX-License-Identifier: GPL-2.0-only
// The table of all modelled functions; a revision binds it and may replace entries.
import { assert } from '#base/assert';
import * as amba from './amba/bus.ts';
import * as bus from './base/bus.ts';
import * as core from './base/core.ts';
import * as dd from './base/dd.ts';
import * as deferred from './base/deferred.ts';
import * as links from './base/links.ts';
import * as platform from './base/platform.ts';
import * as cdx from './cdx/cdx.ts';
import * as mapping from './dma/mapping.ts';
import * as acpi from './iommu/acpi_iommu.ts';
import * as dma from './iommu/dma-iommu.ts';
import * as domain from './iommu/domain.ts';
import * as fwspec from './iommu/fwspec.ts';
import * as group from './iommu/group.ts';
import * as intel from './iommu/intel.ts';
import * as mock from './iommu/mock.ts';
import * as of_iommu from './iommu/of_iommu.ts';
import * as probe from './iommu/probe.ts';
import * as probe_v6_1 from './iommu/probe-v6.1.ts';
import * as register from './iommu/register.ts';
import * as of from './of/device.ts';
import * as acs from './pci/acs.ts';
import * as pci_group from './pci/group.ts';
import * as pci from './pci/pci-driver.ts';
import * as pci_probe from './pci/probe.ts';

// Iterators take a callback and run in their caller's frame; they cannot be replaced.
const { bus_for_each_dev: _each, bus_for_each_drv__next: _next, ...busFunctions } = bus;
const { strict_suppliers: _suppliers, ...linkFunctions } = links;

/** Modules by name, each with the functions that it gives to the table. */
type Modules = Readonly<Record<string, object>>;
type Both<U> = (U extends unknown ? (part: U) => void : never) extends (all: infer A) => void
  ? A
  : never;

/** The functions of all @modules together; a name that two of them give is a mistake of ours. */
export function tableOf<M extends Modules>(modules: M): Both<M[keyof M]> {
  const table: Record<string, unknown> = {};
  const from = new Map<string, string>();
  for (const [module, given] of Object.entries(modules)) {
    for (const [name, fn] of Object.entries(given)) {
      const other = from.get(name);
      assert(other === undefined, `${name}() is given twice: by ${other} and by ${module}`);
      from.set(name, module);
      table[name] = fn;
    }
  }
  return table as Both<M[keyof M]>;
}

export const functions = tableOf({
  'amba/bus.ts': amba,
  'base/bus.ts': busFunctions,
  'base/core.ts': core,
  'base/dd.ts': dd,
  'base/deferred.ts': deferred,
  'base/links.ts': linkFunctions,
  'base/platform.ts': platform,
  'cdx/cdx.ts': cdx,
  'dma/mapping.ts': mapping,
  'iommu/acpi_iommu.ts': acpi,
  'iommu/dma-iommu.ts': dma,
  'iommu/domain.ts': domain,
  'iommu/fwspec.ts': fwspec,
  'iommu/group.ts': group,
  'iommu/intel.ts': intel,
  'iommu/mock.ts': mock,
  'iommu/of_iommu.ts': of_iommu,
  'iommu/probe.ts': probe,
  'iommu/probe-v6.1.ts': probe_v6_1,
  'iommu/register.ts': register,
  'of/device.ts': of,
  'pci/acs.ts': acs,
  'pci/group.ts': pci_group,
  'pci/pci-driver.ts': pci,
  'pci/probe.ts': pci_probe,
});

export type Functions = typeof functions;
export type FunctionName = keyof Functions;
