// SPDX-License-Identifier: GPL-2.0-only
// A journal of finished worlds: a check that is killed goes on where it was.
//
// One line of JSON for each world that is done, written at once: a digest of the task, then the
// outcome, and a checksum of it. A last line that was cut off by a kill is taken away. The
// digest covers all that the outcome depends on but the program itself, of which it has the
// version. The search of a world under way is kept every few seconds in a file beside the
// journal, FILE.<digest>, which goes when the world is done.

import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
} from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { isInterrupted, type WorldOutcome } from './check-world.ts';
import { type CheckpointFile, checkpointFault } from './checkpoint-file.ts';
import type { CheckTask, TaskContext } from './run-world.ts';
import { checkAll, type WorldPool } from './world-pool.ts';

const FORMAT = 'racewindow/journal@1';
const START = `{"format":"${FORMAT}",`;

/** The outcomes in a file, by digest. */
export class Journal {
  private readonly file: string;
  private readonly version: string;
  private readonly done = new Map<string, WorldOutcome>();

  /** Read @file, if it is there; @version: of the program. */
  constructor(file: string, version: string) {
    this.file = file;
    this.version = version;
    if (!existsSync(file)) return;
    const { lines, rest, whole } = linesOf(file);
    for (const line of lines) {
      const read = readLine(line);
      if (read !== null) this.done.set(read.digest, read.outcome);
    }
    // Whoever has not asked for journalFault() loses nothing that no journal has written.
    if (isCutLine(rest)) truncateSync(file, whole);
    else appendFileSync(file, '\n');
  }

  private digestOf(task: CheckTask): string {
    return createHash('sha256')
      .update(JSON.stringify([this.version, task]))
      .digest('hex');
  }

  /** What came out of @task, if it is known. */
  outcome(task: CheckTask): WorldOutcome | undefined {
    return this.done.get(this.digestOf(task));
  }

  /** Where the search of @task is kept while it is under way. */
  checkpoint(task: CheckTask): CheckpointFile | undefined {
    if (task.strategy.kind !== 'exhaustive') return undefined;
    const digest = this.digestOf(task);
    return { file: `${this.file}.${digest.slice(0, 16)}`, digest };
  }

  /** @task is done. */
  add(task: CheckTask, outcome: WorldOutcome): void {
    appendFileSync(this.file, `${journalLine(this.digestOf(task), outcome)}\n`);
    const kept = this.checkpoint(task);
    if (kept === undefined) return;
    rmSync(kept.file, { force: true });
    rmSync(`${kept.file}.new`, { force: true });
  }
}

/** A line of a journal: the task with this @digest has come to @outcome. */
export function journalLine(digest: string, outcome: WorldOutcome): string {
  const crc = crc32(JSON.stringify(outcome));
  return JSON.stringify({ format: FORMAT, digest, crc, outcome });
}

/** What a line of a journal says; null if it is none, or damaged. */
function readLine(line: string): { digest: string; outcome: WorldOutcome } | null {
  try {
    const { format, digest, crc, outcome } = JSON.parse(line);
    const isWhole = format === FORMAT && crc === crc32(JSON.stringify(outcome));
    return isWhole ? { digest, outcome } : null;
  } catch {
    return null;
  }
}

/** The whole lines of @file, what was cut off behind them, and where that begins. */
function linesOf(file: string): { lines: string[]; rest: string; whole: number } {
  const data = readFileSync(file);
  const whole = data.lastIndexOf(10) + 1;
  const lines = data.toString('utf8', 0, Math.max(whole - 1, 0)).split('\n');
  return { lines: whole === 0 ? [] : lines, rest: data.toString('utf8', whole), whole };
}

/** True for what a kill may leave of a line: nothing, or how a line begins. */
function isCutLine(rest: string): boolean {
  return rest.startsWith(START) || START.startsWith(rest);
}

/** Why @file is no journal, or a damaged one; null if it is one, or not there, or empty. */
export function journalFault(file: string): string | null {
  if (!existsSync(file)) return null;
  const { lines, rest } = linesOf(file);
  if (lines.length > 0 && !lines[0]!.startsWith(START)) return 'it is no journal';
  const bad = lines.findIndex((line) => readLine(line) === null);
  if (bad >= 0) return `line ${bad + 1} is damaged`;
  if (isCutLine(rest)) return null;
  return lines.length === 0 ? 'it is no journal' : 'its last line is damaged';
}

/** The first file beside the journal @file that should be a checkpoint and is not a whole one. */
export function brokenCheckpoint(file: string): { file: string; because: string } | null {
  const { dir, base } = path.parse(path.resolve(file));
  if (!existsSync(dir)) return null;
  const [start, digest] = [`${base}.`, /^[0-9a-f]{16}$/];
  for (const name of readdirSync(dir).sort()) {
    if (!name.startsWith(start) || !digest.test(name.slice(start.length))) continue;
    const because = checkpointFault(path.join(dir, name));
    if (because !== null) return { file: path.join(path.dirname(file), name), because };
  }
  return null;
}

/** As checkAll(), but what @journal knows is not done again, and what is done is put into it. */
export async function exploreJournaled(
  pool: WorldPool,
  tasks: readonly CheckTask[],
  journal: Journal | null,
  onDone: (index: number, outcome: WorldOutcome) => void,
  asideOf: (index: number) => TaskContext = () => ({}),
): Promise<WorldOutcome[]> {
  const outcomes = tasks.map((task) => journal?.outcome(task));
  outcomes.forEach((outcome, i) => {
    if (outcome !== undefined) onDone(i, outcome);
  });
  const open = tasks.flatMap((task, i) => (outcomes[i] === undefined ? [{ task, i }] : []));
  const todo = open.map(({ task }) => task);
  const done = (nth: number, outcome: WorldOutcome): void => {
    const { task, i } = open[nth]!;
    // What was stopped is not done: it goes on from where its search was kept.
    if (!isInterrupted(outcome)) journal?.add(task, outcome);
    onDone(i, outcome);
  };
  const fresh = await checkAll(pool, todo, done, (nth) => {
    const { task, i } = open[nth]!;
    return { ...asideOf(i), checkpoint: journal?.checkpoint(task) };
  });
  open.forEach(({ i }, nth) => {
    outcomes[i] = fresh[nth];
  });
  return outcomes as WorldOutcome[];
}
