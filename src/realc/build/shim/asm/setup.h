/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line length. */
#define HAVE_NO_SETUP
#define COMMAND_LINE_SIZE 512
