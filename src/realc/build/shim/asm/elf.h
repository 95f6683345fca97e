/* SPDX-License-Identifier: GPL-2.0-only */
/* The least of an ELF description that headers ask for. */
#ifndef _ASM_ELF_H
#define _ASM_ELF_H
#define ELF_CLASS 1
#define ELF_DATA 1
#define ELF_ARCH 0
typedef unsigned long elf_greg_t;
#define ELF_NGREG 2
typedef elf_greg_t elf_gregset_t[ELF_NGREG];
typedef unsigned long elf_fpregset_t;
#define elf_check_arch(x) 1
#define CORE_DUMP_USE_REGSET
#define ELF_EXEC_PAGESIZE 4096
#define ELF_PLATFORM (0)
#define ELF_HWCAP 0
#define ELF_ET_DYN_BASE 0
#endif
