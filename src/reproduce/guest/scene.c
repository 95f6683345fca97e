// SPDX-License-Identifier: GPL-2.0-only
/*
 * The scene: an IOMMU registers while another thread binds or adds its client, or registers another
 * one.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/platform_device.h>

#include "racewindow.h"

static bool go;
module_param(go, bool, 0444);
MODULE_PARM_DESC(go, "without it the module does nothing");
char *dev = "";
module_param(dev, charp, 0444);
MODULE_PARM_DESC(dev, "the client");
char *subject = "";
module_param(subject, charp, 0444);
MODULE_PARM_DESC(subject, "the device that the rule is about, where that is not the client");
static char *iommu = "";
module_param(iommu, charp, 0444);
MODULE_PARM_DESC(iommu, "the platform device of its IOMMU");
char *beside = "";
module_param(beside, charp, 0444);
MODULE_PARM_DESC(beside, "that of the second IOMMU, which registers at the same time");
static char *act = "bind";
module_param(act, charp, 0444);
MODULE_PARM_DESC(act, "bind: load the client's driver; add: add the client, on PCI; walk: register beside");

static struct pci_bus *scanned;

/* Whoever adds a device is in that role until its driver has probed, too. */
static void add_client(void)
{
	const char *before = enter_role("add");

	pci_lock_rescan_remove();
	pci_rescan_bus(scanned);
	pci_unlock_rescan_remove();
	leave_role(before);
}

static DECLARE_COMPLETION(bound);
static int bind_error;

static void attach_beside(void)
{
	struct device *mmu = bus_find_device_by_name(&platform_bus_type, NULL, beside);

	if (mmu)
		pr_info("racewindow: registered beside %d\n", device_attach(mmu));
	else
		bind_error = -ENODEV;
	put_device(mmu);
}

static int bind_thread(void *unused)
{
	if (*beside)
		attach_beside();
	else if (scanned)
		add_client();
	else
		bind_error = load_driver();
	complete(&bound);
	return 0;
}

/*
 * With act=add the client goes, and its driver is there when it comes again. With act=walk its driver
 * is there before its IOMMU, and so waits for it.
 */
static int prepare_act(struct device *client)
{
	if (!strcmp(act, "bind"))
		return 0;
	if (!strcmp(act, "walk"))
		return *beside ? load_driver() : -EINVAL;
	if (!client_is_pci() || strcmp(act, "add"))
		return -EINVAL;
	scanned = to_pci_dev(client)->bus;
	pci_stop_and_remove_bus_device_locked(to_pci_dev(client));
	return load_driver();
}

/* The IOMMU registers anew while the other thread acts. */
static int meet(struct device *mmu)
{
	struct task_struct *task;
	int ret;

	set_hooks();
	task = kthread_run(bind_thread, NULL, "rw-modprobe");
	ret = PTR_ERR_OR_ZERO(task);
	if (!ret) {
		ret = device_attach(mmu);
		pr_info("racewindow: registered %d\n", ret);
		wait_for_completion(&bound);
		wait_for_device_probe();
		msleep(500);
		ret = 0;
	}
	remove_hooks();
	return ret;
}

static int run_scene(void)
{
	struct device *mmu = bus_find_device_by_name(&platform_bus_type, NULL, iommu);
	struct device *client;
	int ret = -ENODEV;

	client = find_client();
	if (!mmu || !client) {
		pr_err("racewindow: no device %s\n", mmu ? dev : iommu);
		goto out;
	}
	ret = prepare_act(client);
	if (!ret && is_unit(mmu))
		ret = load_units();
	if (ret)
		goto out;
	device_release_driver(mmu);
	ret = meet(mmu);
	if (!ret && !bind_error)
		tell_end();
	pr_info("racewindow: done\n");
out:
	put_device(mmu);
	put_device(client);
	return ret;
}

static int __init racewindow_init(void)
{
	int ret;

	if (!go)
		return 0;
	ret = parse_order();
	return ret ?: run_scene();
}

static void __exit racewindow_exit(void)
{
}

module_init(racewindow_init);
module_exit(racewindow_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Forces one order of events upon an unmodified kernel");
