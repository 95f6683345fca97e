// SPDX-License-Identifier: GPL-2.0-only
// Worlds that are known to show a window, so that it is looked for there first.
//
// This is about the order of asking alone: what a world shows is computed each time. Together, the
// worlds of a window show it under every kernel under which the matrix has it.

import type { DerivedWorld } from '#worlds/derive';

/** What the class and the name of a world have in them: all texts of one entry. */
type Words = readonly string[];

const exynos: Words = ['hand:walk+bind exynos'];
const amba: Words = ['walk+bind', 'dt/amba'];
const pci: Words = ['walk+bind', 'dt/pci'];
const addPci: Words = ['walk+add', 'dt/pci'];
const parsed: Words = ['hand:walk+walk parsed'];
const order: Words = ['hand:walk+walk order'];
const dtTwo: Words = ['walk+bind', 'arm-smmu@0.after+arm-smmu@1.after'];
const acpiTwo: Words = ['hand:walk+bind acpi two'];

const telling: Readonly<Record<string, readonly Words[]>> = {
  C01: [parsed, order],
  C02: [parsed],
  C03: [amba],
  C04: [amba],
  C05: [exynos],
  C06: [exynos],
  C07: [exynos],
  C08: [addPci],
  C09: [pci],
  C10: [exynos],
  C11: [['walk+add', 'parent-driver']],
  C12: [['hand:walk+bind lazy shared two']],
  C13: [acpiTwo],
  C14: [pci],
  C15: [addPci],
  C16: [pci, amba],
  C17: [['hand:walk+bind cdx']],
  C18: [['hand:walk+bind mediatek'], ['hand:walk+bind acpi virtio']],
  C19: [['hand:refuse+bind']],
  C20: [['hand:refuse+walk']],
  C21: [['hand:unbind+add']],
  C22: [['hand:walk+bind+timeout']],
  C25: [['hand:walk+bind exynos ranges']],
  C26: [['hand:walk+bind flags']],
  C27: [['hand:add+attach dt'], ['hand:add+attach acpi']],
  C28: [['walk+del/1']],
  C29: [['hand:walk+bind managed']],
  C30: [['hand:walk+cpu intel']],
  C31: [acpiTwo],
  C33: [['hand:mock add']],
  C34: [['hand:walk+del shared']],
  C35: [pci],
  C36: [['walk+add', 'acpi/pci']],
  C37: [amba],
  C38: [parsed],
  C39: [dtTwo],
  C40: [order],
  C41: [['hand:scan acs dt'], ['hand:walk acs intel']],
};

/** True where @derived is known to show @window under some kernel. */
export function tells({ world, classKey }: DerivedWorld, window: string): boolean {
  const text = `${world.name} | ${classKey}`;
  return (telling[window] ?? []).some((words) => words.every((word) => text.includes(word)));
}

/** For each window, the words that its worlds are told by. */
export const tellingWords: Readonly<Record<string, readonly Words[]>> = telling;
