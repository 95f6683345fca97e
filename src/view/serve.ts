// SPDX-License-Identifier: GPL-2.0-only
// The pages of a set of findings, served to this machine alone.
//
// Only the loopback address is listened on, only GET is answered, and only where the request names
// this very server: a page of somebody else's that has led its name here gets nothing.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { InOurWords } from '#run/told';
import { findingPage, indexPage } from './build.ts';
import { pageHtml } from './html.ts';
import type { Unreadable } from './model/data.ts';
import { noViews, type PageViews } from './model/views.ts';

/** What is served. */
export interface Served {
  readonly told: readonly InOurWords[];
  readonly title: string;
  readonly unreadable: readonly Unreadable[];
  readonly views?: PageViews;
}

/** A server that runs. */
interface Serving {
  readonly url: string;
  readonly close: () => Promise<void>;
  /** Settles once it is closed. */
  readonly closed: Promise<void>;
}

const HOST = '127.0.0.1';

/** Serve @served on @port, 0 for any that is free; rejects where the port is taken. */
export async function serve(served: Served, port: number): Promise<Serving> {
  let names: readonly string[] = [];
  const server = createServer((request, response) => {
    const page = allowed(request, names) ? pageAt(served, request.url ?? '/') : null;
    send(response, page, request.method === 'HEAD');
  });
  const closed = new Promise<void>((resolve) => server.once('close', resolve));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, resolve);
  });
  const { port: given } = server.address() as AddressInfo;
  names = namesAt(given);
  const close = async (): Promise<void> => {
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://${HOST}:${given}/`, close, closed };
}

/** What a request calls the server at @port: browsers leave the port of HTTP out. */
export function namesAt(port: number): readonly string[] {
  const ends = port === 80 ? ['', ':80'] : [`:${port}`];
  return [HOST, 'localhost'].flatMap((host) => ends.map((end) => `${host}${end}`));
}

function allowed({ method, headers }: IncomingMessage, names: readonly string[]): boolean {
  return (method === 'GET' || method === 'HEAD') && names.includes(headers.host ?? '');
}

/** The page at @url; null: there is none. */
function pageAt({ told, title, unreadable, views = noViews }: Served, url: string): string | null {
  const path = url.replace(/[?#].*$/, '');
  if (path === '/') return pageHtml(indexPage(told, title, unreadable, views));
  const [, number] = /^\/finding\/([1-9]\d{0,5})$/.exec(path) ?? [];
  const at = Number(number) - 1;
  return number === undefined || at >= told.length ? null : pageHtml(findingPage(told, at));
}

function send(response: ServerResponse, page: string | null, headOnly: boolean): void {
  response.writeHead(page === null ? 404 : 200, {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
  });
  response.end(headOnly ? '' : (page ?? 'there is no such page\n'));
}
