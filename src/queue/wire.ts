// SPDX-License-Identifier: GPL-2.0-only
// What goes through a queue, as text: what a thread of a pool is sent, and sends back.

import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import { gunzipSync, gzipSync } from 'node:zlib';
import { producer } from '#run/producer';
import { programDigest } from '#run/program';

/** Which program puts jobs, or takes them: equal ones have the same results. */
export interface QueueProgram {
  readonly version: string;
  readonly model: string;
  readonly digest: string;
}

/** A task, and the name of its kind. */
export interface WireTask {
  readonly kind: string;
  readonly task: unknown;
}

let known: QueueProgram | undefined;

/** This program. */
export function thisProgram(): QueueProgram {
  if (known !== undefined) return known;
  const { version, model } = producer();
  known = { version, model: model ?? 'unknown', digest: programDigest().slice(0, 16) };
  return known;
}

/** As people are told: `0.1.0, model 0123456789abcdef, build 0123456789abcdef`. */
export function programText({ version, model, digest }: QueueProgram): string {
  return `${version}, model ${model}, build ${digest}`;
}

/** @value as text. It may have all that worker threads can be sent but memory that is shared. */
export function toWire(value: unknown): string {
  return gzipSync(serialize(value)).toString('base64');
}

/** What toWire() has made a text of, in a program of the same version. */
export function fromWire(text: string): unknown {
  return deserialize(gunzipSync(Buffer.from(text, 'base64')));
}

/** A UUID that is made of what @task says: equal for equal tasks. */
export function idOf(task: WireTask): string {
  return uuidOf(JSON.stringify([task.kind, task.task]));
}

/** A UUID that is made of @text. */
export function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20, 32),
  ].join('-');
}
