// SPDX-License-Identifier: GPL-2.0-only
// What a user did wrong, as a value: a code, one sentence, and what to do about it.
import { type Err, err } from '#base/result';
import { printable, reportColumns, wrap } from '#base/text';

/**
 * Every code there is, with what it means; a code keeps its meaning for good.
 * RW00x input files, RW01x-RW020 device tree blobs, RW021-RW029 ACPI tables, RW03x-RW04x boards,
 * RW05x kernels and commits,
 * RW06x options and set-up, RW07x schedules and findings, RW08x limits, RW09x scripts,
 * RW11x boot logs, RW12x job queues, RW3xx the kernel's own C, RW4xx scenes of the checker,
 * RW5xx booted kernels.
 */
export const errorCodes = {
  RW001: 'the input file cannot be read',
  RW002: 'the input is a directory or another thing that is no file',
  RW003: 'the input file is too big',
  RW004: 'a journal or checkpoint is damaged, or is none',
  RW005: 'the input is of a kind that the command does not take',
  RW006: 'a tool that the input needs is not installed, or has failed',
  RW007: 'the machine does not show its firmware',
  RW010: 'the blob is empty or too short for its header',
  RW011: 'the file is not a flattened device tree',
  RW012: 'the file is the source of a device tree, not a blob',
  RW013: 'the blob has a version that cannot be read',
  RW014: 'the header of the blob points outside the blob',
  RW015: 'the structure block of the blob is damaged',
  RW016: 'the strings block of the blob is damaged',
  RW017: 'the memory reserve map of the blob is damaged',
  RW018: 'a limit of the blob reader was reached',
  RW019: 'two nodes have the same phandle',
  RW020: 'the blob is an overlay or an image tree, not the tree of a board',
  RW021: 'there is no ACPI table in the input',
  RW022: 'the checksum of an ACPI table is wrong',
  RW023: 'an ACPI table is cut off, or is there twice',
  RW024: 'a structure in an ACPI table is damaged',
  RW025: 'a limit of the ACPI reader was reached',
  RW026: 'the text of acpidump has gaps',
  RW030: 'a property names a phandle which no node has',
  RW031: 'a property that refers to IOMMUs has a wrong length or content',
  RW032: 'IOMMUs are behind each other in a circle',
  RW033: 'a limit of the platform reader was reached',
  RW034: 'no device of the board ends up behind an IOMMU',
  RW050: 'there is no kernel of that name',
  RW051: 'there is no commit of that id',
  RW052: 'a commit cannot be added to or taken from this kernel',
  RW053: 'a commit lacks another one that it needs',
  RW054: 'two commits exclude each other',
  RW055: 'the fix cannot be bundled',
  RW056: 'the fix has a wrong shape',
  RW060: 'the command line cannot be understood',
  RW061: 'the board has no device of that name behind an IOMMU',
  RW062: 'there is no rule of that name',
  RW063: 'there is no window of that name',
  RW064: 'an option has a value that it cannot have',
  RW065: 'an output file cannot be written',
  RW066: 'two options exclude each other',
  RW067: 'the Node that runs the set-up is too old',
  RW068: 'a step of the set-up failed',
  RW069: 'another set-up does not end',
  RW070: 'the file is not JSON',
  RW071: 'the JSON is neither a finding nor a report',
  RW072: 'the report has no such finding',
  RW073: 'the schedule does not fit the finding: it cannot be replayed',
  RW074: 'the replay ended in another witness',
  RW075: 'the schedule cannot be read',
  RW076: 'a step of the schedule cannot be reached',
  RW077: 'the finding brings code with it, which is not run unasked',
  RW078: 'the port for view is taken, or may not be opened',
  RW079: 'the baseline is of another board, kernel or program',
  RW080: 'a worker thread ended before its task was done',
  RW081: 'a task took longer than it may',
  RW090: 'no archive to fetch packages from can be found',
  RW091: 'a tool that a script needs is not installed',
  RW092: 'an archive cannot be read',
  RW093: 'the archive has no such package',
  RW094: 'a package cannot be unpacked',
  RW095: 'the cache of packages cannot be used',
  RW110: 'the file holds no log of a kernel',
  RW111: 'the log has more than one boot',
  RW120: 'the package for job queues is not installed',
  RW121: 'the URL of a queue cannot be used',
  RW122: 'the server of a queue cannot be reached, or refuses',
  RW123: 'the tables of a queue are those of another version',
  RW124: 'tasks in the queue are for another version of racewindow',
  RW125: 'a task of the queue came to no end',
  RW300: 'the toolchain is not installed',
  RW301: 'the toolchain cannot be installed',
  RW302: 'the directory is not a kernel tree',
  RW303: 'a kernel source does not compile with the shims',
  RW304: 'the image does not link',
  RW305: 'a patch does not apply',
  RW306: 'a patch cannot be read',
  RW307: 'the kernel calls a function that the environment does not have',
  RW308: 'the kernel did not boot',
  RW309: 'a world cannot be built from the kernel sources',
  RW310: 'a limit of the environment was reached',
  RW311: "a finding of the kernel's own C is replayed without its tree",
  RW312: 'the tree is not the one of the finding',
  RW400: 'two threads of a scene have the same name',
  RW401: 'a rule looks at what it does not declare',
  RW402: 'a thread yields what is no step',
  RW403: 'a value is none that a cell can hold',
  RW404: 'a check has no option of that name',
  RW405: 'a rule declares what the program does not have',
  RW406: 'a scene has more threads, or choices, than can be told apart',
  RW500: 'no waits force that finding on a kernel, or none were found',
  RW501: 'a tool or a package that boots a kernel is not there',
  RW502: 'the module or the first program of the machine does not build',
  RW503: 'the machine does not have the scene of the finding',
  RW504: 'no kernel can be built from the tree',
  RW999: 'a fault in racewindow itself',
} as const;

/** One of the known codes. */
export type ErrorCode = keyof typeof errorCodes;

/** An error that the user can mend; discriminated by its code. */
export interface UserError<C extends ErrorCode = ErrorCode> {
  readonly code: C;
  /** One sentence without a full stop; names where it went wrong. */
  readonly message: string;
  /** What to do next, without a full stop. */
  readonly hint: string;
}

/** A failed Result with a coded error; foreign text in it is made printable. */
export function fail<C extends ErrorCode>(
  code: C,
  message: string,
  hint: string,
): Err<UserError<C>> {
  return err({ code, message: clip(printable(message)), hint: clip(printable(hint)) });
}

/** A coded error where one has to be thrown; whoever has a Result to return returns it. */
export class CodedError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  constructor({ code, message, hint }: UserError) {
    super(message);
    this.name = 'CodedError';
    this.code = code;
    this.hint = hint;
  }

  /** As a value. */
  get told(): UserError {
    const { code, message, hint } = this;
    return { code, message, hint };
  }

  /** As printed. */
  format(): string {
    return formatUserError(this);
  }
}

/** Characters a message may have: paths in a damaged tree can be very long. */
const messageLengthMax = 400;

function clip(text: string): string {
  return text.length <= messageLengthMax ? text : `${text.slice(0, messageLengthMax - 3)}...`;
}

/** The error as printed: what is wrong with its code, then the hint; both wrapped. */
export function formatUserError({ code, message, hint }: UserError): string {
  return [...lines(`${code}: `, message, '  '), ...lines('  hint: ', hint, '    ')].join('\n');
}

/** Names are printed as they are: blanks in a row are one only where a line is too long. */
function lines(first: string, text: string, rest: string): string[] {
  const line = `${first}${text}`;
  return line.length <= reportColumns ? [line] : wrap(text, { first, rest, isJoined: true });
}
