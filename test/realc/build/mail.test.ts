// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { mailHead } from '#realc/build/mail';

const head = (...lines: string[]): string => `${lines.join('\n')}\n\nThe body.\n`;

describe('the head of a mail', () => {
  it('is no head where a diff, or text before one, stands', () => {
    expect(mailHead('diff --git a/x b/x\n--- a/x\n+++ b/x\n')).toBeNull();
    expect(mailHead('Fix it: really.\nIt was: broken\nso here:\n\n--- a/x\n')).toBeNull();
    expect(mailHead('--- a/x\n+++ b/x\n')).toBeNull();
    expect(mailHead('')).toBeNull();
  });

  it('begins a mail or a mailbox, with lines that end in either way', () => {
    const fields = ['From: A <a@b>', 'Subject: [PATCH] iommu: Fix it'];
    for (const lines of [fields, ['From 0123 Mon Sep 17 00:00:00 2001', ...fields]]) {
      const expected = { subject: '[PATCH] iommu: Fix it', isEncoded: false };
      expect(mailHead(head(...lines))).toEqual(expected);
      expect(mailHead(head(...lines).replaceAll('\n', '\r\n'))).toEqual(expected);
    }
    expect(mailHead(head('From: a'))).toEqual({ subject: null, isEncoded: false });
  });

  it('has a subject that goes on, and one with encoded words', () => {
    expect(mailHead(head('Subject: one', ' two', '\tthree'))?.subject).toBe('one two three');
    const q = 'Subject: =?utf-8?q?J=C3=B6rg=27s_?= =?UTF-8?B?Zml4?= for it';
    expect(mailHead(head(q))?.subject).toBe("J\u00f6rg's fix for it");
    expect(mailHead(head('Subject: =?none-such?q?x?='))?.subject).toBe('=?none-such?q?x?=');
  });

  it('says that the body is encoded, and the body says nothing of it', () => {
    const encoded = (...lines: string[]) => mailHead(head('From: a', ...lines))?.isEncoded;
    expect(encoded('Content-Transfer-Encoding: quoted-printable')).toBe(true);
    expect(encoded('content-transfer-encoding:  BASE64')).toBe(true);
    expect(encoded('Content-Type: multipart/mixed;', ' boundary="x"')).toBe(true);
    expect(encoded('Content-Transfer-Encoding: 8bit')).toBe(false);
    const quoting = `${head('From: a')}+  boundary=3\nContent-Transfer-Encoding: base64\n`;
    expect(mailHead(quoting)?.isEncoded).toBe(false);
  });
});
