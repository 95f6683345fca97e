// SPDX-License-Identifier: GPL-2.0-only
// The head of a mail: what it says of itself before its first empty line.

/** A head, as far as patches need it. */
interface MailHead {
  /** In one line, encoded words decoded; null without one. */
  readonly subject: string | null;
  /** The body cannot be read as it stands: it is encoded, or has several parts. */
  readonly isEncoded: boolean;
}

/** A line of a head with the lines that go on; the name in the first group. */
const FIELD = /^([A-Za-z][A-Za-z0-9-]*):[ \t]?(.*(?:\r?\n[ \t].*)*)(?:\r?\n|$)/;

/**
 * The head that @text (one character per byte) begins with, behind the From line of a mailbox;
 * null if it begins otherwise, as a diff with text before it does.
 */
export function mailHead(text: string): MailHead | null {
  const from = /^>?From \S+ .*\r?\n/.exec(text)?.[0] ?? '';
  const fields = new Map<string, string>();
  let rest = text.slice(from.length);
  for (let field = FIELD.exec(rest); field !== null; field = FIELD.exec(rest)) {
    const [line, name = '', value = ''] = field;
    const known = name.toLowerCase();
    if (!fields.has(known)) fields.set(known, value.replace(/\r?\n[ \t]+/g, ' ').trim());
    rest = rest.slice(line.length);
  }
  // A head ends with an empty line, or with the text.
  const ended = rest === '' || /^\r?\n/.test(rest);
  if (from === '' && (fields.size === 0 || !ended)) return null;
  const subject = fields.get('subject');
  const encoding = fields.get('content-transfer-encoding') ?? '';
  return {
    subject: subject === undefined ? null : decoded(subject),
    isEncoded:
      /^(quoted-printable|base64)\b/i.test(encoding) ||
      /^multipart\//i.test(fields.get('content-type') ?? ''),
  };
}

/** @text with its encoded words (RFC 2047) decoded; what is in no known form stays. */
function decoded(text: string): string {
  const word = /=\?([\w-]+)\?([bq])\?([^?\s]*)\?=/i;
  // Blanks between two encoded words are none.
  const joined = text.replace(/(\?=)\s+(?==\?)/g, '$1');
  return joined.replace(
    new RegExp(word, 'gi'),
    (whole, charset: string, how: string, body: string) => {
      const bytes =
        how.toLowerCase() === 'b'
          ? Buffer.from(body, 'base64')
          : Buffer.from(
              body
                .replaceAll('_', ' ')
                .replace(/=([0-9A-F]{2})/gi, (_, hex) =>
                  String.fromCharCode(Number.parseInt(hex, 16)),
                ),
              'latin1',
            );
      try {
        return new TextDecoder(charset).decode(bytes);
      } catch {
        return whole;
      }
    },
  );
}
