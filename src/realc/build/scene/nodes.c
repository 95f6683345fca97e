// SPDX-License-Identifier: GPL-2.0-only
// Device-tree nodes and platform devices, built in memory at the host's word.
#include <linux/of.h>
#include <linux/of_platform.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include "rw.h"

static struct device_node rw_root = { .name = "", .full_name = "" };

/* Make an empty tree. */
void rw_tree_init(void)
{
	fwnode_init(&rw_root.fwnode, &of_fwnode_ops);
	of_root = &rw_root;
}

/* Append a node below the root; names must stay allocated. */
struct device_node *rw_node_add(const char *name, const char *full_name, u32 phandle)
{
	struct device_node *np = kzalloc(sizeof(*np), GFP_KERNEL), **at = &rw_root.child;

	np->name = name;
	np->full_name = full_name;
	np->phandle = phandle;
	np->parent = &rw_root;
	fwnode_init(&np->fwnode, &of_fwnode_ops);
	while (*at)
		at = &(*at)->sibling;
	*at = np;
	return np;
}

/* Append a property; name and value must stay allocated. */
void rw_prop_add(struct device_node *np, char *name, void *value, int length)
{
	struct property *p = kzalloc(sizeof(*p), GFP_KERNEL), **at = &np->properties;

	p->name = name;
	p->value = value;
	p->length = length;
	while (*at)
		at = &(*at)->next;
	*at = p;
}

/* device_add() of a platform device that stands for @np; the address of its struct device. */
struct device *rw_device_add(struct device_node *np, const char *name)
{
	struct platform_device *pdev = of_platform_device_create(np, name, NULL);

	return pdev ? &pdev->dev : NULL;
}
