// SPDX-License-Identifier: GPL-2.0-only
// Single-decree Paxos (Lamport 1998) among actors, in the variant that Stateright counts states of.
//
// Servers come first, then clients. A client writes a value of its own through one server, and when
// that is acknowledged reads through the next. Messages overtake each other, are never lost and
// never doubled; one that would change nothing stays where it is. Part of the state is the history
// that a judge of linearizability needs: for each read, what it saw, and how many operations of
// each other client were over when it began. Only the first write of a server leads to a proposal.

import { choose, framed, type Kfn, repeat } from '#env/op';
import type { Scene } from '../../../src/checker/program/scene.ts';
import { cells, scene, thread } from './families.ts';

const m = cells();

type Ballot = readonly [round: number, leader: number];
/** A proposal is known by the request that made it, which is the number of its client. */
type Accepted = readonly [ballot: Ballot, proposal: number];

interface Server {
  ballot: Ballot;
  proposal: number;
  /** By server: what it had accepted when it promised; absent: it has not. */
  promises: Record<number, Accepted | 'nothing'>;
  accepts: Record<number, true>;
  accepted: Accepted | 'nothing';
  decided: boolean;
}

interface Client {
  /** Operations begun, and the request that is not answered yet. */
  begun: number;
  awaits: number;
  /** Of each other client, the operations that were over when the read began; what it read. */
  before: readonly number[];
  read: number;
}

type Message = { readonly from: number; readonly to: number } & (
  | { readonly kind: 'put' | 'get' | 'put-ok'; readonly request: number }
  | { readonly kind: 'get-ok'; readonly request: number; readonly value: number }
  | { readonly kind: 'prepare' | 'accepted'; readonly ballot: Ballot }
  | { readonly kind: 'promise'; readonly ballot: Ballot; readonly accepted: Accepted | 'nothing' }
  | { readonly kind: 'accept' | 'decided'; readonly ballot: Ballot; readonly proposal: number }
);

interface World {
  readonly servers: Server[];
  readonly clients: Client[];
  /** Messages on their way, each as text, sorted. */
  net: string[];
}

type Body<M> = M extends Message ? Omit<M, 'from' | 'to'> : never;

const less = (a: Ballot, b: Ballot): boolean => a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
const same = (a: Ballot, b: Ballot): boolean => a[0] === b[0] && a[1] === b[1];

/** What one actor does with one message. */
class Delivery {
  private readonly world: World;
  private readonly me: number;
  private readonly most: number;

  constructor(world: World, me: number) {
    this.world = world;
    this.me = me;
    this.most = Math.floor(world.servers.length / 2) + 1;
  }

  private send(to: number, body: Body<Message>): void {
    this.world.net.push(JSON.stringify({ from: this.me, to, ...body }));
  }

  private broadcast(body: Body<Message>): void {
    for (const to of this.world.servers.keys()) if (to !== this.me) this.send(to, body);
  }

  /** False if the message says nothing to the actor. */
  take(msg: Message): boolean {
    const { servers, clients } = this.world;
    const server = servers[this.me];
    return server ? this.serve(server, msg) : this.answer(clients[this.me - servers.length]!, msg);
  }

  private answer(client: Client, msg: Message): boolean {
    const { servers, clients } = this.world;
    if (!('request' in msg) || msg.request !== client.awaits) return false;
    if (msg.kind === 'get-ok') {
      client.read = msg.value;
      client.awaits = 0;
    } else {
      const request = (client.begun + 1) * this.me;
      this.send((this.me + client.begun) % servers.length, { kind: 'get', request });
      client.before = clients.filter((c) => c !== client).map((c) => c.begun - 1);
      client.awaits = request;
    }
    client.begun++;
    return true;
  }

  private serve(s: Server, msg: Message): boolean {
    if (s.decided) {
      if (msg.kind !== 'get' || s.accepted === 'nothing') return false;
      this.send(msg.from, { kind: 'get-ok', request: msg.request, value: s.accepted[1] });
      return true;
    }
    switch (msg.kind) {
      case 'put':
        if (s.proposal !== 0) return false;
        s.proposal = msg.request;
        s.ballot = [s.ballot[0] + 1, this.me];
        s.promises = { [this.me]: s.accepted };
        this.broadcast({ kind: 'prepare', ballot: s.ballot });
        return true;
      case 'prepare':
        if (!less(s.ballot, msg.ballot)) return false;
        s.ballot = msg.ballot;
        this.send(msg.from, { kind: 'promise', ballot: msg.ballot, accepted: s.accepted });
        return true;
      case 'promise':
        if (!same(s.ballot, msg.ballot)) return false;
        s.promises[msg.from] = msg.accepted;
        if (Object.keys(s.promises).length === this.most) this.propose(s);
        return true;
      case 'accept':
        if (less(msg.ballot, s.ballot)) return false;
        s.ballot = msg.ballot;
        s.accepted = [msg.ballot, msg.proposal];
        this.send(msg.from, { kind: 'accepted', ballot: msg.ballot });
        return true;
      case 'accepted':
        if (!same(s.ballot, msg.ballot)) return false;
        s.accepts[msg.from] = true;
        if (Object.keys(s.accepts).length === this.most) this.decide(s);
        return true;
      case 'decided':
        s.ballot = msg.ballot;
        s.accepted = [msg.ballot, msg.proposal];
        s.decided = true;
        return true;
      default:
        return false;
    }
  }

  /** Most have promised: the proposal accepted last is to win or, if there is none, one's own. */
  private propose(s: Server): void {
    const earlier = Object.values(s.promises).filter((a) => a !== 'nothing');
    earlier.sort((a, b) => (less(a[0], b[0]) ? 1 : -1));
    s.proposal = earlier[0]?.[1] ?? s.proposal;
    s.accepted = [s.ballot, s.proposal];
    s.accepts[this.me] = true;
    this.broadcast({ kind: 'accept', ballot: s.ballot, proposal: s.proposal });
  }

  private decide(s: Server): void {
    s.decided = true;
    this.broadcast({ kind: 'decided', ballot: s.ballot, proposal: s.proposal });
    this.send(s.proposal, { kind: 'put-ok', request: s.proposal });
  }
}

function begin(servers: number, clients: number): World {
  const ids = Array.from({ length: clients }, (_, i) => servers + i);
  const puts = ids.map((from) => ({ from, to: from % servers, kind: 'put', request: from }));
  return {
    servers: Array.from({ length: servers }, () => ({
      ballot: [0, 0],
      proposal: 0,
      promises: {},
      accepts: {},
      accepted: 'nothing',
      decided: false,
    })),
    clients: ids.map((id) => ({ begun: 1, awaits: id, before: [], read: 0 })),
    net: puts.map((put) => JSON.stringify(put)).sort(),
  };
}

/** The world after the message @text has come to where it goes. */
function deliver(world: string, text: string): string {
  const next: World = JSON.parse(world);
  const msg: Message = JSON.parse(text);
  next.net.splice(next.net.indexOf(text), 1);
  if (!new Delivery(next, msg.to).take(msg)) return world;
  next.net.sort();
  return JSON.stringify(next);
}

/** One thread holds the whole world, and the environment chooses the message to deliver. */
export function paxos(servers: number, clients: number): Scene {
  const body = framed('protocol', function* (): Kfn<void> {
    const first = JSON.stringify(begin(servers, clients));
    yield* repeat('deliver', [first], function* (world: string): Kfn<[string]> {
      const net = [...new Set((JSON.parse(world) as World).net)];
      const k = yield* choose(m, Math.max(net.length, 1));
      const text = net[k];
      return [text === undefined ? world : deliver(world, text)];
    });
  });
  return scene(`paxos(${servers},${clients})`, [], [thread('world', body)]);
}
