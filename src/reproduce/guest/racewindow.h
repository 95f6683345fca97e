/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of the module have of each other. */
#ifndef RACEWINDOW_H
#define RACEWINDOW_H

struct device;

/* The name of the client that acts, and of the device that the rule is about. */
extern char *dev;
extern char *subject;
/* The second IOMMU that registers, if there is one. */
extern char *beside;

/* order.c */
int parse_order(void);
void set_hooks(void);
void remove_hooks(void);
bool is_client(struct device *d);
/* Tell first, then wait: as the proof of the order assumes. */
void arrive(const char *fn, char side);
/* Returns the role that current had before, to be given back. */
const char *enter_role(const char *role);
void leave_role(const char *before);

/* iommu.c */
int load_units(void);
bool is_unit(struct device *d);

/* client.c */
bool client_is_pci(void);
struct device *find_client(void);
int load_driver(void);
void unload_driver(void);
void tell_end(void);

#endif
