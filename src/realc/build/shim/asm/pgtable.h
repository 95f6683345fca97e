/* SPDX-License-Identifier: GPL-2.0-only */
/* Page tables that nothing walks. */
#ifndef _ASM_PGTABLE_H
#define _ASM_PGTABLE_H
#include <asm/page.h>
#include <asm-generic/pgtable-nopud.h>
#define MAX_POSSIBLE_PHYSMEM_BITS 32

#define PAGE_KERNEL __pgprot(0)
#define PAGE_KERNEL_NOCACHE __pgprot(0)
#define PAGE_SHARED __pgprot(0)
#define PAGE_NONE __pgprot(0)
#define pgprot_noncached(x) (x)
#define pgd_none(x) 0
#define VMALLOC_START 0UL
#define VMALLOC_END 0xffffffffUL
#define ZERO_PAGE(v) ((struct page *)0)
#define swapper_pg_dir ((pgd_t *)0)
#define pte_present(p) 0
#define pte_none(p) 1
#endif
