// SPDX-License-Identifier: GPL-2.0-only
// What there is to know about each edge before it is taken: its view, who sees it, where it ends.

import { must } from '#base/assert';
import type { Effect } from '#checker/program/program';
import { DONE, OOPS, type ThreadAutomaton } from './automaton.ts';
import { Code, effectOf, type Instruction, Views } from './code.ts';
import type { Edge } from './edge.ts';
import type { Rules } from './rules.ts';
import { UNDEFINED_ID } from './values.ts';

/** Facts about an edge, as bits. */
export const Fact = {
  /** A rule hears of it or reads what it changes. */
  visible: 1,
  /** It ends the run: something is thrown out of a thread. */
  ends: 2,
  /** It ends the thread. */
  done: 4,
} as const;

/** Facts about edges, each found out once. */
export class EdgeFacts {
  readonly views = new Views();
  private facts: number[] = [];
  private edgeViews: number[] = [];
  private readonly blockedViews: number[] = [];
  /** Those that have been told facts, and keep them. */
  private readonly told = new Set<Instruction>();
  private readonly automaton: ThreadAutomaton;
  private readonly rules: Rules;

  constructor(automaton: ThreadAutomaton, rules: Rules) {
    this.automaton = automaton;
    this.rules = rules;
  }

  /** Look no more for what has been seen sometimes; only where a search begins. */
  settle(): void {
    if (!this.rules.settle()) return;
    this.facts = [];
    this.edgeViews = [];
    for (const i of this.told) i.nextFacts = -1;
    this.told.clear();
  }

  /** The facts about @edge, out of a local state that stands before @i. */
  factsOf(edge: number, i: Instruction): number {
    const known = this.facts[edge];
    if (known !== undefined && known >= 0) return known;
    const { to } = this.automaton.edges[edge]!;
    let facts = this.views.all[this.viewOfEdge(edge, i)]!.visible ? Fact.visible : 0;
    if (to === OOPS || this.startOf(i)?.to === OOPS) facts |= Fact.ends;
    if (to === DONE) facts |= Fact.done;
    while (this.facts.length <= edge) this.facts.push(-1);
    this.facts[edge] = facts;
    this.told.add(i);
    return facts;
  }

  /** True if a rule sees what is done on one of @edges, out of a local state before @i. */
  mayBeSeen(edges: readonly number[], i: Instruction): boolean {
    return edges.some((edge) => (this.factsOf(edge, i) & Fact.visible) !== 0);
  }

  /** The number of the view of @edge. */
  viewOfEdge(edge: number, i: Instruction): number {
    const known = this.edgeViews[edge];
    if (known !== undefined && known >= 0) return known;
    while (this.edgeViews.length <= edge) this.edgeViews.push(-1);
    const { result, events } = this.automaton.edges[edge]!;
    const effect = effectOf(i, result);
    const heard = this.rules.hears(events) || this.rules.hears(this.startOf(i)?.events ?? []);
    const view = this.views.of(i, effect, heard || this.isRead(i, effect));
    this.edgeViews[edge] = view;
    return view;
  }

  /** The number of the view of @i in the local state @node where it is not possible. */
  viewOfBlocked(node: number, i: Instruction): number {
    const known = this.blockedViews[node];
    if (known !== undefined && known >= 0) return known;
    while (this.blockedViews.length <= node) this.blockedViews.push(-1);
    const view = this.views.of(i, effectOf(i, UNDEFINED_ID), false);
    this.blockedViews[node] = view;
    return view;
  }

  /** How the thread begins that @i starts, if it starts one. */
  private startOf(i: Instruction): Edge | undefined {
    if (i.code !== Code.spawn) return undefined;
    return this.automaton.edges[this.automaton.start(must(i.op.body, 'a spawn has a body'))]!;
  }

  /** True if a rule reads what @i changes. */
  private isRead(i: Instruction, effect: Effect): boolean {
    if (effect === 'read' || effect === 'none') return false;
    if (i.code === Code.free) return this.rules.readsAny(i.op.obj.type);
    if (i.code === Code.alloc) return this.rules.readsAny(must(i.op.struct, 'what it is').type);
    if (i.code === Code.spawn) return false;
    return this.rules.readsOf(i.op.obj, i.op.field === '' ? 'holder' : i.op.field);
  }
}
