// SPDX-License-Identifier: GPL-2.0-only
// The mail: complete, narrow, 7-bit, and with trailers that tools can read.
import { expect, test } from 'vitest';
import { isSevenBit } from '#base/text';
import { mailReport } from '#report/mail';
import { cutWords, fileStem, findingTitle, preemptionText } from '#report/words';
import { replayDuringRegister } from './example.ts';

test('a mail reads as pinned', async () => {
  await expect(mailReport(replayDuringRegister)).toMatchFileSnapshot('golden/c09.mail');
});

test('a mail is 7-bit and 75 columns wide, trailers apart', () => {
  const mail = mailReport(replayDuringRegister);
  expect(isSevenBit(mail)).toBe(true);
  for (const line of mail.split('\n')) {
    if (!/^(Fixes|Link): /.test(line)) expect(line.length).toBeLessThanOrEqual(75);
  }
});

test('a Fixes line has twelve digits and is never wrapped', () => {
  const long = `bcb81ac6ae3c ("${'iommu: a subject that is far too long '.repeat(3).trim()}")`;
  const mail = mailReport({ ...replayDuringRegister, fixes: [long] });
  expect(mail).toContain(`\nFixes: ${long}\n`);
});

test('a mail names the fixes of the user that were in place', () => {
  const userFixes = [{ name: 'mine.ts', sha256: 'cd'.repeat(32), source: '' }];
  const revision = { ...replayDuringRegister.revision, userFixes };
  const mail = mailReport({ ...replayDuringRegister, revision });
  expect(mail).toContain('Under 6.15.0 with mine.ts,');
  expect(mail).toContain('With the fix mine.ts, sha256 cdcdcdcdcdcdcdcd.');
});

test('a mail goes without what is not known', () => {
  const bare = { ...replayDuringRegister, symptom: null, fixes: [], links: [], assumed: [] };
  const mail = mailReport({ ...bare, window: null });
  expect(mail).toContain('Subject: [RACE] unknown window on 3d00000.gpu');
  expect(mail).not.toMatch(/Fixes:|Link:|Assumed:|Seen on/);
});

test('a finding is named by its device, where its subject is a thread or what it has freed', () => {
  const world = { name: 'a world', focus: ['3d00000.gpu'], devices: [{ name: '3d00000.gpu' }] };
  for (const subject of ['swapper/0', '3d00000.gpu.fwspec#1', '3d00000.gpu']) {
    const witness = { ...replayDuringRegister.witness, subject };
    const finding = { ...replayDuringRegister, witness, world };
    expect(mailReport(finding)).toContain('Subject: [RACE] C09 on 3d00000.gpu');
    expect(findingTitle(finding)).toBe('C09 on 3d00000.gpu, 6.15.0');
  }
});

test('file names hold no separators and are never empty', () => {
  expect(fileStem({ id: 'P1/C09 a:b' })).toBe('P1-C09-a-b');
  expect(fileStem({ id: '../..' })).toBe('finding');
});

test('preemptions are told with whether fewer may do', () => {
  expect(preemptionText({ preemptions: 0, minimal: true })).toBe('no preemption');
  expect(preemptionText({ preemptions: 1, minimal: true })).toBe(
    '1 preemption (no order needs fewer)',
  );
  expect(preemptionText({ preemptions: 2, minimal: false })).toBe(
    '2 preemptions (fewer may do; see --minimise-max)',
  );
});

test('a line is cut after a whole word', () => {
  expect(cutWords('one two three four', 16)).toBe('one two three...');
  expect(cutWords('short', 16)).toBe('short');
});

test("the replay of a finding of the kernel's own C names the tree that it needs", () => {
  const source = { files: {}, compiler: 'clang', image: 'x', reverts: 0, points: 'all' as const };
  const mail = mailReport({ ...replayDuringRegister, source } as never);
  expect(mail).toContain('by racewindow source check --out DIR):');
  expect(mail).toMatch(/racewindow replay \S+\.json --tree TREE\n/);
  expect(mailReport(replayDuringRegister)).not.toContain('--tree');
});
