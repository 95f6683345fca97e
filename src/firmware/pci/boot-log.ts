// SPDX-License-Identifier: GPL-2.0-only
// The PCI functions that a kernel names in its log when it scans the buses.
//
//   pci 0000:00:01.0: [1b36:000c] type 01 class 0x060400 PCIe Root Port
//   pci 0000:00:01.0: PCI bridge to [bus 01]
//   pci_bus 0000:03: extended config space not accessible
import {
  type BusRange,
  collect,
  type PciFunction,
  type PciFunctions,
  type PciType,
  parsePciName,
} from '#firmware/pci/functions';

const address = String.raw`[0-9a-f]{4,}:[0-9a-f]{2}:[01][0-9a-f]\.[0-7]`;
const ids = String.raw`\[[0-9a-f]{4}:[0-9a-f]{4}\]`;
const found = new RegExp(
  String.raw`\bpci (${address}): ${ids} type [0-9a-f]{2} class (0x[0-9a-f]{6})(.*)`,
);
const behind = new RegExp(
  String.raw`\bpci (${address}): PCI bridge to \[bus ([0-9a-f]{2})(?:-([0-9a-f]{2}))?\]`,
);
const conventionalBus =
  /\bpci_bus ([0-9a-f]{4,}:[0-9a-f]{2}): extended config space not accessible/;

/** pci_type_str() of v7.2, which logs have since v6.10. */
const types: readonly (readonly [string, PciType])[] = [
  ['PCIe Endpoint', 'endpoint'],
  ['PCIe Legacy Endpoint', 'legacy-endpoint'],
  ['PCIe Root Port', 'root-port'],
  ['PCIe Switch Upstream Port', 'upstream-port'],
  ['PCIe Switch Downstream Port', 'downstream-port'],
  ['PCIe to PCI/PCI-X bridge', 'pcie-to-pci'],
  ['PCI/PCI-X to PCIe bridge', 'pci-to-pcie'],
  ['PCIe Root Complex Integrated Endpoint', 'rc-endpoint'],
  ['PCIe Root Complex Event Collector', 'rc-event-collector'],
  ['conventional PCI', 'conventional'],
];

/** True where some line of @text tells of a PCI function that was found. */
export function namesFunctions(text: string): boolean {
  return text.split('\n').some((line) => found.test(line));
}

/** The functions that the log in @text names. */
export function readBootLog(text: string): PciFunctions {
  const functions = new Map<string, PciFunction>();
  const buses = new Map<string, BusRange>();
  const conventional = new Set<string>();
  for (const line of text.split('\n')) {
    const one = found.exec(line);
    const id = one && parsePciName(one[1] ?? '');
    if (one && id) {
      const said = (one[3] ?? '').trim();
      const type = types.find(([name]) => said.startsWith(name))?.[1] ?? null;
      const code = Number.parseInt(one[2] ?? '', 16);
      functions.set(id.name, { ...id, class: code, buses: null, type, acs: null, physical: null });
      continue;
    }
    const bridge = behind.exec(line);
    if (bridge) {
      const first = Number.parseInt(bridge[2] ?? '', 16);
      const last = bridge[3] === undefined ? first : Number.parseInt(bridge[3], 16);
      // Bus 00 stands there before the bridge has been given one.
      if (first !== 0) buses.set(bridge[1] ?? '', { first, last });
      continue;
    }
    const bus = conventionalBus.exec(line)?.[1];
    if (bus !== undefined) conventional.add(bus);
  }
  const list = [...functions.values()].map((f) => ({ ...f, buses: buses.get(f.name) ?? null }));
  return collect(list, [...conventional], 'the boot log');
}
