/* SPDX-License-Identifier: GPL-2.0-only */
/* What the scene's C files share with each other and with the host. */
#ifndef RW_H
#define RW_H

#include <linux/types.h>

struct device;
struct device_node;

/* Buses that the scene can put devices on; the numbers are known to machine/boot.ts. */
enum rw_bus { RW_PLATFORM, RW_PCI, RW_AMBA };

#define RW_PCI_VENDOR 0x1234

/* Events that the scene reports to the host; the numbers are known to machine/events.ts. */
enum rw_event_kind {
	RW_EV_PROBE_DEVICE = 1,	/* dev, iommu device */
	RW_EV_DRIVER_PROBE,	/* dev */
	RW_EV_DRIVER_PROBE_END,	/* dev */
	RW_EV_ATTACH,		/* dev, domain type */
	RW_EV_TRIED,		/* dev, NULL: ops->probe_device() took its instance for absent */
};

/* Imports. */
extern void rw_event(int kind, const void *a, const void *b);

/* A client may ask the host for a switch point inside its probe body. */
extern void rw_yield(const void *obj);

int rw_iommu_probe(struct device *dev, int family);

#endif
