// SPDX-License-Identifier: GPL-2.0-only
// The table of all modelled functions; a revision binds it and may replace entries.
import * as amba from './amba/bus.ts';
import * as bus from './base/bus.ts';
import * as core from './base/core.ts';
import * as dd from './base/dd.ts';
import * as deferred from './base/deferred.ts';
import * as links from './base/links.ts';
import * as platform from './base/platform.ts';
import * as cdx from './cdx/cdx.ts';
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
const { bus_for_each_dev: _each, next_matching_driver: _next, ...busFunctions } = bus;
const { strict_suppliers: _suppliers, ...linkFunctions } = links;

export const functions = {
  ...amba,
  ...busFunctions,
  ...core,
  ...dd,
  ...deferred,
  ...linkFunctions,
  ...platform,
  ...cdx,
  ...acpi,
  ...dma,
  ...domain,
  ...fwspec,
  ...group,
  ...intel,
  ...mock,
  ...of_iommu,
  ...probe,
  ...probe_v6_1,
  ...register,
  ...of,
  ...acs,
  ...pci_group,
  ...pci,
  ...pci_probe,
};

export type Functions = typeof functions;
export type FunctionName = keyof Functions;
