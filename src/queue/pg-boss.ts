// SPDX-License-Identifier: GPL-2.0-only
// The queue that pg-boss keeps in a PostgreSQL database, in a schema of its own.
//
// What is not its own API is two statements on its table of jobs: a look at many jobs at once, and
// the sign of life of a worker, which begins the time anew after which a job counts as abandoned.
// Each statement may be given twice, so that a lost connection is nothing but a delay.

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type PgBoss from 'pg-boss';
import { CodedError } from '#base/errors';
import { printable } from '#base/text';
import type { Address } from './address.ts';
import { TAKES_MAX } from './hands.ts';
import { EXPIRE_S, type Job, type JobQueue, type Pause, type SeenJob } from './job-queue.ts';
import { programText, type QueueProgram, uuidOf } from './wire.ts';

/** The version that this is written for; another one has other tables. */
const PG_BOSS = '10.4.2';
/** Of its tables. */
const TABLES = 24;
const SCHEMA = 'racewindow';
/** Milliseconds for which a server that was there may be away. */
const AWAY_MS = 600_000;
/** Days for which an answer waits for whoever has asked. */
const KEPT_DAYS = 7;

/** What the queue tells of itself while it goes on. */
interface Aside {
  readonly pause: Pause;
  /** The connection is lost, or there again. */
  readonly onTrouble: (text: string) => void;
}

/** Open the queue at @address for jobs of @program. */
export async function openPgBoss(
  address: Address,
  program: QueueProgram,
  aside: Aside,
): Promise<JobQueue> {
  const queue = new PgBossQueue(address, program, aside);
  const Boss = await loadPgBoss();
  try {
    await queue.open(Boss);
    return queue;
  } catch (error) {
    await queue.close();
    throw error;
  }
}

type Loaded = new (options: PgBoss.ConstructorOptions) => PgBoss;

/** The class, if the version that is wanted is installed. */
async function loadPgBoss(): Promise<Loaded> {
  let other: string | null = null;
  for (const base of createRequire(import.meta.url).resolve.paths('pg-boss') ?? []) {
    const manifest = join(base, 'pg-boss', 'package.json');
    if (!existsSync(manifest)) continue;
    const { version, main } = JSON.parse(readFileSync(manifest, 'utf8'));
    if (version !== PG_BOSS) {
      other ??= version;
      continue;
    }
    const loaded = await import(pathToFileURL(join(base, 'pg-boss', main)).href);
    return loaded.default as Loaded;
  }
  const found = other === null ? '' : `, but ${printable(other)}`;
  throw new CodedError({
    code: 'RW120',
    message: `--queue needs pg-boss ${PG_BOSS}, which is not installed${found}`,
    hint: `npm install pg-boss@${PG_BOSS} (with --global if racewindow is global)`,
  });
}

type Sql = (text: string, values: readonly unknown[]) => Promise<{ rows: readonly unknown[] }>;

class PgBossQueue implements JobQueue {
  readonly where: string;
  private readonly url: string;
  private readonly aside: Aside;
  private readonly name: string;
  private readonly sockets = new Set<Socket>();
  private boss!: PgBoss;
  private sql!: Sql;
  private closed = false;
  private away = false;

  constructor({ url, where }: Address, program: QueueProgram, aside: Aside) {
    this.url = url;
    this.where = where;
    this.aside = aside;
    this.name = nameOf(program);
  }

  async open(Boss: Loaded): Promise<void> {
    await this.again(async () => {
      const isThere = await this.start(Boss, false);
      if (!isThere) await this.start(Boss, true);
    }, isStarting);
    // Queues are made once; who comes second at the same moment finds them the next time.
    for (const name of [this.name, keptName(this.name)]) {
      await this.again(() => this.boss.createQueue(name, { name, policy: 'standard' }));
    }
  }

  /** Connect; false where there are no tables and @create does not say to make them. */
  private async start(Boss: Loaded, create: boolean): Promise<boolean> {
    const boss = new Boss({
      connectionString: this.url,
      schema: SCHEMA,
      migrate: create,
      schedule: false,
      supervise: true,
      maintenanceIntervalSeconds: 5,
      archiveCompletedAfterSeconds: KEPT_DAYS * 86_400,
      application_name: 'racewindow',
      max: 4,
      // Those of the driver: who does not answer is away, too.
      ...{ connectionTimeoutMillis: 10_000, query_timeout: 60_000, keepAlive: true },
      ...{ stream: () => this.socket() },
    });
    // What goes wrong beside our own statements goes wrong in these, too.
    boss.on('error', () => {});
    const db = (
      boss as unknown as { getDb(): { executeSql: Sql; close(): Promise<void> } }
    ).getDb();
    try {
      await boss.start();
    } catch (error) {
      await db.close().catch(() => {});
      const { message } = error as Error;
      if (!create && message === 'pg-boss is not installed') return false;
      if (message === 'pg-boss database requires migrations') throw this.otherTables();
      throw error;
    }
    this.boss = boss;
    this.sql = (text, values) => db.executeSql(text, values);
    if ((await boss.schemaVersion()) !== TABLES) throw this.otherTables();
    return true;
  }

  private otherTables(): CodedError {
    const message = `${this.where}: the tables of the queue are those of another version`;
    const hint = `take another database, or remove the schema ${SCHEMA} once nobody uses it`;
    return new CodedError({ code: 'RW123', message, hint });
  }

  readonly put = async (jobs: readonly Job[]): Promise<void> => {
    const rows = jobs.map(({ id, data }, i) => ({
      ...{ id, name: this.name, singletonKey: id, data: { task: data } },
      // The first is taken first.
      ...{ priority: -i, retryLimit: TAKES_MAX, expireInSeconds: EXPIRE_S },
    }));
    await this.again(() => this.boss.insert(rows));
  };

  readonly look = async (ids: readonly string[]): Promise<readonly SeenJob[]> => {
    const output = "CASE WHEN state = 'completed' THEN output->>'reply' END AS output";
    const text = `SELECT id, state, ${output} FROM ${SCHEMA}.job
      WHERE name = $1 AND id = ANY($2::uuid[])`;
    const { rows } = await this.again(() => this.sql(text, [this.name, ids]));
    return (rows as { id: string; state: string; output: string | null }[]).map((row) => {
      return { ...row, state: states[row.state] ?? 'waiting' };
    });
  };

  readonly remove = async (ids: readonly string[]): Promise<void> => {
    await this.boss.deleteJob(this.name, [...ids]).catch(() => {});
  };

  readonly forget = async (ids: readonly string[]): Promise<void> => {
    const text = `DELETE FROM ${SCHEMA}.job
      WHERE name = $1 AND id = ANY($2::uuid[]) AND state < 'active'`;
    await this.sql(text, [this.name, ids]).catch(() => {});
  };

  readonly take = async (most: number): Promise<readonly Job[]> => {
    const jobs = await this.again(async () => {
      // Its own fetch() takes every error for a lost race.
      let failed: unknown = null;
      const executeSql = async (text: string, values: unknown[]) => {
        try {
          return await this.sql(text, values);
        } catch (error) {
          failed = error;
          throw error;
        }
      };
      const options = { batchSize: most, db: { executeSql } };
      const taken = await this.boss.fetch<{ task: string }>(
        this.name,
        options as PgBoss.FetchOptions,
      );
      if (failed !== null) throw failed;
      return taken;
    });
    return jobs.map(({ id, data }) => ({ id, data: data.task }));
  };

  readonly touch = async (ids: readonly string[]): Promise<void> => {
    // One that was given up too early, and that nobody else has, is ours again.
    const text = `UPDATE ${SCHEMA}.job SET started_on = now(), state = 'active'
      WHERE name = $1 AND id = ANY($2::uuid[]) AND state IN ('active', 'retry')`;
    await this.again(() => this.sql(text, [this.name, ids]));
  };

  readonly finish = async (id: string, output: string): Promise<void> => {
    await this.touch([id]);
    await this.again(() => this.boss.complete(this.name, id, { reply: output }));
  };

  readonly giveBack = async (ids: readonly string[]): Promise<void> => {
    await this.boss.fail(this.name, [...ids]).catch(() => {});
  };

  readonly keep = async (key: string, text: string): Promise<void> => {
    const id = uuidOf(key);
    await this.again(async () => {
      if ((await this.kept(key)) !== null) return;
      await this.boss.send(keptName(this.name), { text }, { id });
    });
  };

  readonly kept = async (key: string): Promise<string | null> => {
    const name = keptName(this.name);
    const job = await this.again(() => this.boss.getJobById<{ text: string }>(name, uuidOf(key)));
    return job?.data.text ?? null;
  };

  readonly foreign = async () => {
    const queues = await this.again(() => this.boss.getQueues());
    const others = queues.flatMap(({ name }) => {
      const program = name === this.name ? null : programOf(name);
      return program === null ? [] : [{ name, program }];
    });
    const counted = others.map(async ({ name, program }) => {
      const waiting = Number(await this.again(() => this.boss.getQueueSize(name)));
      return { name: programText(program), waiting };
    });
    return Promise.all(counted);
  };

  readonly close = async (): Promise<void> => {
    this.closed = true;
    await this.boss?.stop({ graceful: false }).catch(() => {});
    for (const socket of this.sockets) socket.destroy();
  };

  /** The driver leaves one open whose server it does not understand, for as long as that likes. */
  private socket(): Socket {
    const socket = new Socket();
    this.sockets.add(socket);
    return socket.once('close', () => this.sockets.delete(socket));
  }

  /** Do @act; while the server @isAway, again and again, and for so long. */
  private async again<T>(act: () => Promise<T>, isAway = isLost): Promise<T> {
    let waited = 0;
    for (let ms = 200; ; ms = Math.min(ms * 2, 5_000)) {
      try {
        const done = await act();
        if (this.away) this.aside.onTrouble(`${this.where}: there again`);
        this.away = false;
        return done;
      } catch (error) {
        if (error instanceof CodedError) throw error;
        if (this.closed || waited > AWAY_MS || !isAway(error)) throw this.refused(error);
        if (!this.away) this.aside.onTrouble(`${this.where}: away; trying again`);
        this.away = true;
        waited += ms;
        await this.aside.pause(ms);
      }
    }
  }

  private refused(error: unknown): CodedError {
    const { code, message, errors } = error as Refusal;
    // Of a name with several addresses each has an error of its own, and the sum of them no text.
    const said = message || errors?.[0]?.message || code || 'no reason';
    const isWanting = /client password must be/.test(said);
    const text = isWanting ? 'it wants a password, and none is given' : said.split('\n')[0]!;
    const hint = hintFor(text, isWanting ? '28P01' : code);
    return new CodedError({ code: 'RW122', message: `${this.where}: ${text}`, hint });
  }
}

interface Refusal {
  readonly code?: string;
  readonly message: string;
  readonly errors?: readonly Error[];
}

const states: Readonly<Record<string, SeenJob['state']>> = {
  active: 'taken',
  completed: 'done',
  failed: 'lost',
  cancelled: 'lost',
};

/** What to do about what a server, or the way to it, says. */
function hintFor(text: string, code: string | undefined): string {
  const hints: Readonly<Record<string, string>> = {
    '28P01': 'give the password in the URL, in PGPASSWORD or in ~/.pgpass',
    '28000': 'give a user that the server knows, as in postgres://USER@HOST/DATABASE',
    '3D000': 'make the database first: createdb NAME',
    '42501': `the user has to be allowed to make the schema ${SCHEMA} in the database`,
  };
  const isThere = !/connect|getaddrinfo/i.test(text);
  const other = isThere
    ? 'look at the options in the URL, and at how the server is set up'
    : 'start the server, or name another one with --queue';
  return hints[code ?? ''] ?? other;
}

/** Codes of Node and of PostgreSQL for what will pass. */
const passing = [
  /^(ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN)$/,
  // It ends, or begins; the connection; too many of them; others were in the way.
  /^(57P0[123]|08\w{3}|53300|40001|40P01)$/,
];

function isLost(error: unknown): boolean {
  const { code, message } = error as Refusal;
  if (code !== undefined) return passing.some((codes) => codes.test(code));
  return /terminated|timeout|ended|not queryable|closed/i.test(message);
}

/** Before anything was asked, only a server that starts is waited for. */
function isStarting(error: unknown): boolean {
  return (error as Refusal).code === '57P03';
}

/** The queue of one version of the program: it has no tasks of others. */
function nameOf({ version, model, digest }: QueueProgram): string {
  return [SCHEMA, version, model, digest].join('_');
}

function programOf(name: string): QueueProgram | null {
  const [schema, version, model, digest, rest] = name.split('_');
  if (schema !== SCHEMA || digest === undefined || rest !== undefined) return null;
  return { version: printable(version!), model: printable(model!), digest: printable(digest) };
}

/** The queue that nobody takes from: files that tasks need. */
function keptName(name: string): string {
  return `${name}_files`;
}
