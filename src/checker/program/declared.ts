// SPDX-License-Identifier: GPL-2.0-only
// What rules, signatures and sometimes-properties say that they look at.

import type { Rule, Scene, Signature, Sometimes } from './scene.ts';

/** What somebody declares. */
export interface Declared {
  readonly by: string;
  readonly what: 'event' | 'field';
  readonly name: string;
}

/** All that is declared in @scene. */
export function declaredIn({
  rules,
  signatures,
  sometimes,
}: Pick<Scene, 'rules' | 'signatures' | 'sometimes'>): Declared[] {
  const namesOf = (by: string, watch: Rule | Signature | Sometimes): Declared[] => {
    const atEnd = 'readsAtEnd' in watch ? (watch.readsAtEnd ?? []) : [];
    return [
      ...watch.events.map((name) => ({ by, what: 'event' as const, name })),
      ...[...(watch.reads ?? []), ...atEnd].map((name) => ({ by, what: 'field' as const, name })),
    ];
  };
  return [
    ...rules.flatMap((rule) => namesOf(rule.id, rule)),
    ...signatures.flatMap((signature) => namesOf(signature.window, signature)),
    ...sometimes.flatMap((each) => namesOf(each.id, each)),
  ];
}
