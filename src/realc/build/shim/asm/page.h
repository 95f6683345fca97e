/* SPDX-License-Identifier: GPL-2.0-only */
/* Page arithmetic without an MMU. */
#ifndef _ASM_PAGE_H
#define _ASM_PAGE_H
#include <linux/const.h>
#ifdef __has_include
#if __has_include(<vdso/page.h>)
#include <vdso/page.h>
#endif
#endif
#ifndef PAGE_SHIFT
#define PAGE_SHIFT 12
#define PAGE_SIZE (_AC(1,UL) << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE-1))
#endif
#define PAGE_OFFSET 0UL
#ifndef __ASSEMBLY__
typedef struct { unsigned long pte; } pte_t;
typedef struct { unsigned long pmd; } pmd_t;
typedef struct { unsigned long pgd; } pgd_t;
typedef struct { unsigned long pgprot; } pgprot_t;
typedef struct page *pgtable_t;
#define pte_val(x) ((x).pte)
#define pmd_val(x) ((x).pmd)
#define pgd_val(x) ((x).pgd)
#define pgprot_val(x) ((x).pgprot)
#define __pte(x) ((pte_t){(x)})
#define __pmd(x) ((pmd_t){(x)})
#define __pgd(x) ((pgd_t){(x)})
#define __pgprot(x) ((pgprot_t){(x)})
#define clear_page(p) memset((p), 0, PAGE_SIZE)
#define copy_page(to, from) memcpy((to), (from), PAGE_SIZE)
#define clear_user_page(p, v, pg) clear_page(p)
#define copy_user_page(to, from, v, pg) copy_page(to, from)
#define ARCH_PFN_OFFSET 0UL
#define __pa(x) ((unsigned long)(x))
#define __va(x) ((void *)(unsigned long)(x))
static inline unsigned long virt_to_pfn(const void *p){ return __pa(p) >> PAGE_SHIFT; }
#define pfn_to_virt(pfn) __va((pfn) << PAGE_SHIFT)
#define virt_to_page(a) pfn_to_page(virt_to_pfn(a))
#define page_to_virt(pg) pfn_to_virt(page_to_pfn(pg))
#define virt_addr_valid(a) ((a) != 0)
#include <asm-generic/memory_model.h>
#include <asm-generic/getorder.h>
#ifndef page_to_phys
#define page_to_phys(p) ((phys_addr_t)page_to_pfn(p) << PAGE_SHIFT)
#define phys_to_page(p) pfn_to_page((unsigned long)((p) >> PAGE_SHIFT))
#endif
#endif
#endif
