// SPDX-License-Identifier: GPL-2.0-only
// What `lspci -vvnn` prints: a block of lines for each function.
//
//   00:02.0 PCI bridge [0604]: Red Hat, Inc. QEMU PCIe Root port [1b36:000c] (prog-if 00 [...])
//           Bus: primary=00, secondary=01, subordinate=01, sec-latency=0
//           Capabilities: [54] Express (v2) Root Port (Slot+), MSI 00
//           Capabilities: [148 v1] Access Control Services
import {
  collect,
  type PciFunction,
  type PciFunctions,
  type PciType,
  parsePciName,
} from '#firmware/pci/functions';

const head = /^((?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[01][0-9a-f]\.[0-7]) (.+)$/i;

const types: readonly (readonly [RegExp, PciType])[] = [
  [/Legacy Endpoint/, 'legacy-endpoint'],
  [/Root Complex Integrated Endpoint/, 'rc-endpoint'],
  [/Root Complex Event Collector/, 'rc-event-collector'],
  [/Root Port/, 'root-port'],
  [/Upstream Port/, 'upstream-port'],
  [/Downstream Port/, 'downstream-port'],
  [/PCI-Express to PCI/, 'pcie-to-pci'],
  [/PCI\/PCI-X to PCI-Express/, 'pci-to-pcie'],
  [/Endpoint/, 'endpoint'],
];

/** True where @text looks like what lspci prints, whatever its options. */
export function isLspci(text: string): boolean {
  const lines = text.split(/\r?\n/, 40).filter((line) => line !== '');
  const heads = lines.filter((line) => head.test(line)).length;
  return (
    heads > 0 && head.test(lines[0] ?? '') && lines.every((l) => head.test(l) || /^\s/.test(l))
  );
}

/** The functions in @text. Without root, or without -vv, lspci says less. */
export function readLspci(text: string): PciFunctions {
  const found: PciFunction[] = [];
  for (const block of blocksOf(text)) {
    const [first = '', ...rest] = block;
    const m = head.exec(first);
    const id = m && parsePciName(m[1] ?? '');
    if (!m || !id) continue;
    const said = rest.join('\n');
    const code = /\[([0-9a-f]{4})\]:/i.exec(first)?.[1];
    const buses = /\bsecondary=([0-9a-f]{2}), subordinate=([0-9a-f]{2})/i.exec(said);
    const express = /Capabilities: \[[0-9a-f]+\] Express \([^)]*\) (.*)/i.exec(said)?.[1];
    const told = /Capabilities: \[[0-9a-f]/i.test(said);
    const type = express === undefined ? null : (types.find(([p]) => p.test(express))?.[1] ?? null);
    found.push({
      ...id,
      class: code === undefined ? null : Number.parseInt(code, 16) << 8,
      buses: buses && { first: hexOf(buses[1]), last: hexOf(buses[2]) },
      // Where capabilities can be seen, that of PCI Express is among them or is not there.
      type: type ?? (told && express === undefined ? 'conventional' : null),
      acs: told ? /Access Control Services/.test(said) : null,
      physical: null,
    });
  }
  return collect(found, [], 'lspci');
}

function hexOf(text: string | undefined): number {
  return Number.parseInt(text ?? '', 16);
}

function blocksOf(text: string): string[][] {
  const blocks: string[][] = [];
  for (const line of text.split(/\r?\n/)) {
    if (head.test(line)) blocks.push([line]);
    else blocks.at(-1)?.push(line);
  }
  return blocks;
}
