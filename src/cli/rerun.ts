// SPDX-License-Identifier: GPL-2.0-only
// A finding made anew: its world, its kernel and its schedule in, what then happens out.

import { createHash } from 'node:crypto';
import { AssertionError } from '#base/assert';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { Machine, type Replayed, replay } from '#checker/index';
import type { Finding, FixCode } from '#finding/finding';
import { breaksTheSame } from '#finding/key';
import type { Revision } from '#kernel/index';
import { propertyOf, ruleBroken } from '#properties/index';
import { alikeOf } from '#run/alike';
import { revisionOf } from '#run/kernel-spec';
import { watchedScene } from '#run/watched-scene';
import type { World } from '#worlds/world';

const hint = 'it was edited, or written by another version; check the board again';

/**
 * Run the schedule of @finding in its world, from the JSON alone. The code of a user's fix that it
 * brings with it is run only where @trustFixes says so. @inFull: with the windows that it is not.
 */
export function rerun(
  finding: Finding,
  trustFixes: boolean,
  inFull = false,
): Result<Finding, UserError> {
  const { userFixes: named } = finding.revision;
  const names = named.map((fix) => fix.name).join(', ');
  if (named.length > 0 && !trustFixes) {
    return fail(
      'RW077',
      `${finding.id}: it was found with code of its own: ${names}`,
      'read the code in the file first; --trust-fixes runs it, with all that you may do',
    );
  }
  const userFixes: FixCode[] = [];
  for (const { name, sha256 } of named) {
    const fix = finding.code?.find((c) => c.sha256 === sha256 && c.name === name);
    if (fix === undefined) {
      const message = `${finding.id}: the file does not hold the code of ${name}`;
      return fail('RW073', message, 'check the board again, with --with FILE');
    }
    if (createHash('sha256').update(fix.source).digest('hex') !== sha256) {
      return fail('RW073', `${finding.id}: the fix ${name} has another sha256`, hint);
    }
    userFixes.push(fix);
  }
  const revision = revisionOf({ ...finding.revision, userFixes });
  if (!revision.ok) return revision;
  const machine = machineOf(finding, revision.value);
  if (!machine.ok) return machine;
  const replayed = replay(machine.value, finding.schedule);
  if (!replayed.ok) return replayed;
  const again = remade(finding, replayed.value);
  if (!again.ok || !inFull) return again;
  const { property, window, schedule, witness, memory } = again.value;
  const run = { property, window, schedule, subject: witness.subject };
  const alike = alikeOf(finding.world as World, revision.value, run, memory);
  return ok({ ...again.value, alike });
}

/** The machine of a world out of a file: its shape is right, but it need not make sense. */
function machineOf(finding: Finding, revision: Revision): Result<Machine, UserError> {
  try {
    return ok(
      new Machine(watchedScene(finding.world as World, revision, null, { memory: finding.memory })),
    );
  } catch (error) {
    if (!(error instanceof AssertionError)) throw error;
    return fail('RW073', `${finding.id}: its world makes no sense: ${error.message}`, hint);
  }
}

function remade(finding: Finding, replayed: Replayed): Result<Finding, UserError> {
  const reports = replayed.reports.map((r) => r.report);
  const ofRule = reports.filter((r) => propertyOf(r.property) === finding.property);
  const isSubject = (r: { readonly subject: string }) => r.subject === finding.witness.subject;
  const report =
    ofRule.find((r) => breaksTheSame(ruleBroken(r), finding) && isSubject(r)) ??
    ofRule[0] ??
    reports[0];
  if (!report) return fail('RW074', `${finding.id}: the replay breaks no rule`, hint);
  const { subject, because, facts, window } = report;
  const trace = replayed.trace;
  const { preemptions } = replayed;
  const property = propertyOf(report.property);
  return ok({
    ...finding,
    property,
    window,
    preemptions,
    trace,
    witness: { subject, because, facts },
  });
}
