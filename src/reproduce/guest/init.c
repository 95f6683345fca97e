// SPDX-License-Identifier: GPL-2.0-only
/*
 * The first program of the machine, without a C library: loads the module with the arguments that
 * the kernel hands over, tells which kernel this is, and turns the machine off.
 */

#define AT_FDCWD -100
#define SYS_mount 40
#define SYS_mknodat 33
#define SYS_mkdirat 34
#define SYS_openat 56
#define SYS_read 63
#define SYS_write 64
#define SYS_reboot 142
#define SYS_finit_module 273

static long call(long nr, long a, long b, long c, long d, long e)
{
	register long x8 __asm__("x8") = nr;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;

	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
	return x0;
}

static unsigned long length(const char *s)
{
	unsigned long n = 0;

	while (s[n])
		n++;
	return n;
}

/*
 * The console is the kernel's, too, whose messages may come in the middle of a line. A line that is
 * written to its log stays whole: character device 1, 11, which takes up to LINE characters.
 */
#define CHARACTER_DEVICE 0020600
#define KMSG (1 << 8 | 11)
#define WRITE_ONLY 1
#define LINE 1000

static long kmsg;
static char line[LINE];
static unsigned long at;

static void open_kmsg(void)
{
	call(SYS_mknodat, AT_FDCWD, (long)"/kmsg", CHARACTER_DEVICE, KMSG, 0);
	kmsg = call(SYS_openat, AT_FDCWD, (long)"/kmsg", WRITE_ONLY, 0, 0);
	if (kmsg < 0)
		kmsg = 1;
}

static void say(const char *s)
{
	for (unsigned long n = length(s); n--; s++) {
		if (at < LINE - 1 || *s == '\n')
			line[at++] = *s;
		if (*s != '\n')
			continue;
		call(SYS_write, kmsg, (long)line, at, 0, 0);
		at = 0;
	}
}

static long open_file(const char *name)
{
	return call(SYS_openat, AT_FDCWD, (long)name, 0, 0, 0);
}

static char buffer[4096];

static void tell_file(const char *what, const char *name, int hex)
{
	static const char digits[] = "0123456789abcdef";
	long fd = open_file(name), n = fd < 0 ? 0 : call(SYS_read, fd, (long)buffer, 1024, 0, 0);
	char two[3] = { 0, 0, 0 };

	say(what);
	for (long i = 0; i < n; i++) {
		unsigned char c = buffer[i];

		if (!hex && c == '\n')
			break;
		two[0] = hex ? digits[c >> 4] : c;
		two[1] = hex ? digits[c & 15] : 0;
		say(two);
	}
	say("\n");
}

__attribute__((used)) void run(long *stack)
{
	char **argv = (char **)(stack + 1), *p = buffer;
	long fd, ret;

	open_kmsg();
	call(SYS_mkdirat, AT_FDCWD, (long)"/proc", 0755, 0, 0);
	call(SYS_mkdirat, AT_FDCWD, (long)"/sys", 0755, 0, 0);
	call(SYS_mount, (long)"proc", (long)"/proc", (long)"proc", 0, 0);
	call(SYS_mount, (long)"sys", (long)"/sys", (long)"sysfs", 0, 0);
	tell_file("machine: version ", "/proc/version", 0);
	tell_file("machine: notes ", "/sys/kernel/notes", 1);
	for (long i = 1; i < stack[0]; i++) {
		for (const char *s = argv[i]; *s && p < buffer + sizeof(buffer) - 2; s++)
			*p++ = *s;
		*p++ = ' ';
	}
	*p = 0;
	fd = open_file("/racewindow.ko");
	ret = call(SYS_finit_module, fd, (long)buffer, 0, 0, 0);
	say(ret ? "machine: the module was refused\n" : "machine: the module is loaded\n");
	call(SYS_reboot, 0xfee1dead, 672274793, 0x4321fedc, 0, 0);
	for (;;)
		;
}

__asm__(".globl _start\n_start:\n\tmov x0, sp\n\tb run\n");
