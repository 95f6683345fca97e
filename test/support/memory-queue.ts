// SPDX-License-Identifier: GPL-2.0-only
// A queue of jobs in memory, with what happens to real ones: workers die, others fetch answers.

import type { Foreign, Job, JobQueue, SeenJob } from '#queue/job-queue';

interface Row {
  readonly job: Job;
  state: SeenJob['state'];
  output: string | null;
}

/** As pg-boss.ts keeps it, as far as jobs go. */
export class MemoryQueue implements JobQueue {
  readonly where = 'memory';
  readonly rows = new Map<string, Row>();
  readonly files = new Map<string, string>();
  /** How often a job was put, taken, and finished by one who was heard. */
  readonly puts: string[] = [];
  readonly takes: string[] = [];
  readonly finished: string[] = [];
  others: readonly Foreign[] = [];

  readonly put = async (jobs: readonly Job[]): Promise<void> => {
    for (const job of jobs) {
      if (this.rows.has(job.id)) continue;
      this.puts.push(job.id);
      this.rows.set(job.id, { job, state: 'waiting', output: null });
    }
  };

  readonly look = async (ids: readonly string[]): Promise<readonly SeenJob[]> =>
    ids.flatMap((id) => {
      const row = this.rows.get(id);
      return row === undefined ? [] : [{ id, state: row.state, output: row.output }];
    });

  readonly remove = async (ids: readonly string[]): Promise<void> => {
    for (const id of ids) this.rows.delete(id);
  };

  readonly forget = async (ids: readonly string[]): Promise<void> => {
    for (const id of ids) if (this.rows.get(id)?.state === 'waiting') this.rows.delete(id);
  };

  readonly take = async (most: number): Promise<readonly Job[]> => {
    const waiting = [...this.rows.values()].filter(({ state }) => state === 'waiting');
    return waiting.slice(0, most).map((row) => {
      row.state = 'taken';
      this.takes.push(row.job.id);
      return row.job;
    });
  };

  readonly touch = async (): Promise<void> => {};

  readonly finish = async (id: string, output: string): Promise<void> => {
    const row = this.rows.get(id);
    if (row?.state !== 'taken') return;
    row.state = 'done';
    row.output = output;
    this.finished.push(id);
  };

  readonly giveBack = async (ids: readonly string[]): Promise<void> => {
    for (const id of ids) {
      const row = this.rows.get(id);
      if (row?.state === 'taken') row.state = 'waiting';
    }
  };

  readonly keep = async (key: string, text: string): Promise<void> => {
    this.files.set(key, text);
  };

  readonly kept = async (key: string): Promise<string | null> => this.files.get(key) ?? null;
  readonly foreign = async (): Promise<readonly Foreign[]> => this.others;
  readonly close = async (): Promise<void> => {};

  /** Nobody has heard of the takers for too long. */
  expire(): void {
    for (const row of this.rows.values()) if (row.state === 'taken') row.state = 'waiting';
  }
}

/** Waits for the others to have a turn, however long it should be. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
