// SPDX-License-Identifier: GPL-2.0-only
// Where modelled functions stand in the source: written by scripts/places.mjs, not to be edited.

/** By kernel: the release whose source it was, and by file the functions with their lines. */
export const placesData: Readonly<
  Record<string, { readonly release: string; readonly files: Readonly<Record<string, string>> }>
> = {
  '6.1.y': {
    release: '6.1.192',
    files: {
      'drivers/acpi/arm64/dma.c': 'acpi_arch_dma_setup:7',
      'drivers/acpi/viot.c': 'viot_iommu_configure:372',
      'drivers/amba/bus.c': 'amba_dma_configure:353',
      'drivers/base/bus.c':
        'bus_add_device:443 bus_add_driver:592 bus_for_each_dev:290 bus_for_each_drv:416 ' +
        'bus_probe_device:480',
      'drivers/base/core.c':
        '__device_link_del:985 __device_links_no_driver:1484 device_add:3579 device_del:3856 ' +
        'device_link_add:785 device_links_busy:1605 device_links_check_suppliers:1108 ' +
        'device_links_driver_bound:1363 device_links_driver_cleanup:1560 ' +
        'device_links_missing_supplier:1053 device_links_no_driver:1523 ' +
        'device_links_purge:1688 fw_devlink_drivers_done:1809 fw_devlink_link_device:2264 ' +
        'fw_devlink_no_driver:1799',
      'drivers/base/dd.c':
        '__device_attach:1004 __device_attach_async_helper:968 __driver_attach:1160 ' +
        '__driver_attach_async_helper:1143 __driver_probe_device:763 call_driver_probe:552 ' +
        'deferred_probe_initcall:343 deferred_probe_timeout_work_func:306 ' +
        'deferred_probe_work_func:81 device_release_driver:1321 device_unbind_cleanup:527 ' +
        'driver_attach:1235 driver_bound:392 driver_deferred_probe_add:132 ' +
        'driver_deferred_probe_check_state:290 driver_deferred_probe_del:145 ' +
        'driver_deferred_probe_trigger:175 driver_probe_device:828 really_probe:583',
      'drivers/base/platform.c': 'platform_dma_configure:1443',
      'drivers/iommu/dma-iommu.c': 'iommu_dma_init_domain:538 iommu_setup_dma_ops:1590',
      'drivers/iommu/intel/dmar.c': 'enable_drhd_fault_handling:2095',
      'drivers/iommu/intel/iommu.c':
        'intel_iommu_init:4000 intel_iommu_probe_device:4561 intel_iommu_probe_finalize:4636',
      'drivers/iommu/iommu.c':
        '__iommu_group_dma_attach:1771 __iommu_group_set_domain:2140 __iommu_probe_device:283 ' +
        'bus_iommu_probe:1808 dev_iommu_free:269 dev_iommu_get:253 generic_device_group:1491 ' +
        'get_pci_function_alias_group:1398 iommu_bus_notifier:1693 iommu_device_register:208 ' +
        'iommu_device_unregister:242 iommu_device_unuse_default_domain:3159 ' +
        'iommu_device_use_default_domain:3126 iommu_fwspec_add_ids:2714 ' +
        'iommu_fwspec_free:2702 iommu_fwspec_init:2678 iommu_group_add_device:944 ' +
        'iommu_group_alloc:706 iommu_group_alloc_default_domain:1591 ' +
        'iommu_group_do_probe_finalize:1777 iommu_group_get:1117 iommu_group_get_for_dev:1637 ' +
        'iommu_group_put:1149 iommu_group_ref_get:1135 iommu_group_remove_device:1025 ' +
        'iommu_ops_from_fwnode:2663 iommu_probe_device:345 iommu_release_device:404 ' +
        'pci_device_group:1501 probe_iommu_group:1671 remove_iommu_group:192',
      'drivers/iommu/iova.c': 'iova_domain_init_rcaches:714',
      'drivers/iommu/mtk_iommu.c': 'mtk_iommu_device_group:852',
      'drivers/iommu/of_iommu.c':
        'of_iommu_configure:110 of_iommu_configure_device:103 of_iommu_xlate:22',
      'drivers/iommu/virtio-iommu.c': 'viommu_probe_device:966',
      'drivers/pci/pci-driver.c': 'pci_dma_configure:1678',
      'drivers/pci/pci.c': 'pci_acs_init:3766 pci_enable_acs:1043 pci_request_acs:938',
      'drivers/pci/probe.c': 'pci_scan_slot:2722',
      'kernel/dma/mapping.c': 'dma_set_coherent_mask:770 dma_set_mask:753',
      'kernel/locking/rwsem.c': 'down_read:1517 down_write:1570 up_read:1613 up_write:1623',
      'kernel/notifier.c': 'blocking_notifier_call_chain:370',
      'kernel/workqueue.c': 'flush_work:3099 process_one_work:2184',
      'lib/idr.c': 'ida_free:489',
      'lib/klist.c': 'klist_add_tail:134 klist_del:228 klist_next:375',
    },
  },
  '6.12.y': {
    release: '6.12.117',
    files: {
      'drivers/acpi/arm64/dma.c': 'acpi_arch_dma_setup:7',
      'drivers/acpi/viot.c': 'viot_iommu_configure:365',
      'drivers/amba/bus.c': 'amba_dma_configure:328',
      'drivers/base/bus.c':
        'bus_add_device:504 bus_add_driver:705 bus_for_each_dev:356 bus_for_each_drv:445 ' +
        'bus_notify:1052 bus_probe_device:589',
      'drivers/base/core.c':
        '__device_link_del:1000 __device_links_no_driver:1483 device_add:3641 device_del:3917 ' +
        'device_link_add:800 device_links_busy:1604 device_links_check_suppliers:1123 ' +
        'device_links_driver_bound:1368 device_links_driver_cleanup:1559 ' +
        'device_links_missing_supplier:1068 device_links_no_driver:1522 ' +
        'device_links_purge:1687 fw_devlink_drivers_done:1833 fw_devlink_link_device:2382 ' +
        'fw_devlink_no_driver:1823',
      'drivers/base/dd.c':
        '__device_attach:1111 __device_attach_async_helper:1075 __driver_attach:1250 ' +
        '__driver_attach_async_helper:1233 __driver_probe_device:838 call_driver_probe:632 ' +
        'deferred_probe_initcall:344 deferred_probe_timeout_work_func:305 ' +
        'deferred_probe_work_func:81 device_release_driver:1406 device_unbind_cleanup:607 ' +
        'driver_attach:1325 driver_bound:458 driver_deferred_probe_add:133 ' +
        'driver_deferred_probe_check_state:289 driver_deferred_probe_del:146 ' +
        'driver_deferred_probe_trigger:176 driver_probe_device:903 really_probe:663',
      'drivers/base/platform.c': 'platform_dma_configure:1413',
      'drivers/cdx/cdx.c': 'cdx_dma_configure:346',
      'drivers/iommu/dma-iommu.c': 'iommu_dma_init_domain:671 iommu_setup_dma_ops:1768',
      'drivers/iommu/intel/dmar.c': 'enable_drhd_fault_handling:2061',
      'drivers/iommu/intel/iommu.c': 'intel_iommu_init:3254 intel_iommu_probe_device:3923',
      'drivers/iommu/iommu.c':
        '__iommu_device_set_domain:2246 __iommu_group_free_device:618 ' +
        '__iommu_group_remove_device:642 __iommu_group_set_domain:114 ' +
        '__iommu_probe_device:513 __iommu_take_dma_ownership:3185 bus_iommu_probe:1801 ' +
        'dev_has_iommu:366 dev_iommu_free:350 dev_iommu_get:332 generic_device_group:1484 ' +
        'generic_single_device_group:1495 get_pci_function_alias_group:1391 ' +
        'iommu_bus_notifier:1662 iommu_deinit_device:454 iommu_device_claim_dma_owner:3244 ' +
        'iommu_device_register:250 iommu_device_register_bus:305 iommu_device_unregister:275 ' +
        'iommu_device_unuse_default_domain:3148 iommu_device_use_default_domain:3110 ' +
        'iommu_fwspec_add_ids:2882 iommu_fwspec_free:2870 iommu_fwspec_init:2844 ' +
        'iommu_get_default_domain_type:1726 iommu_group_add_device:1221 iommu_group_alloc:963 ' +
        'iommu_group_alloc_default_domain:1605 iommu_group_do_probe_finalize:1793 ' +
        'iommu_group_get:1321 iommu_group_put:1353 iommu_group_ref_get:1339 ' +
        'iommu_group_remove_device:1246 iommu_init_device:402 iommu_ops_from_fwnode:2829 ' +
        'iommu_probe_device:600 iommu_release_device:669 iommu_setup_default_domain:2950 ' +
        'pci_device_group:1515 probe_iommu_group:1648 remove_iommu_group:234',
      'drivers/iommu/iommufd/selftest.c': 'mock_dev_create:693',
      'drivers/iommu/iova.c': 'iova_domain_init_rcaches:713',
      'drivers/iommu/mtk_iommu.c': 'mtk_iommu_device_group:932',
      'drivers/iommu/of_iommu.c':
        'of_iommu_configure:118 of_iommu_configure_device:96 of_iommu_xlate:22',
      'drivers/iommu/virtio-iommu.c': 'viommu_probe_device:992',
      'drivers/pci/pci-driver.c': 'pci_dma_configure:1667',
      'drivers/pci/pci.c': 'pci_acs_init:3737 pci_enable_acs:1097 pci_request_acs:965',
      'drivers/pci/probe.c': 'pci_scan_slot:2753',
      'kernel/dma/mapping.c': 'dma_set_coherent_mask:897 dma_set_mask:878',
      'kernel/locking/rwsem.c': 'down_read:1521 down_write:1574 up_read:1617 up_write:1627',
      'kernel/notifier.c': 'blocking_notifier_call_chain:376',
      'kernel/workqueue.c': 'flush_work:4298 process_one_work:3165',
      'lib/idr.c': 'ida_free:489',
      'lib/klist.c': 'klist_add_tail:135 klist_del:235 klist_next:383',
    },
  },
  '7.2.y': {
    release: '7.2.12',
    files: {
      'drivers/acpi/arm64/dma.c': 'acpi_arch_dma_setup:7',
      'drivers/acpi/riscv/rimt.c': 'rimt_iommu_configure_id:475',
      'drivers/acpi/viot.c': 'viot_iommu_configure:365',
      'drivers/amba/bus.c': 'amba_dma_configure:325',
      'drivers/base/bus.c':
        'bus_add_device:545 bus_add_driver:732 bus_for_each_dev:369 bus_for_each_drv:486 ' +
        'bus_notify:1079 bus_probe_device:612',
      'drivers/base/core.c':
        '__device_link_del:1000 __device_links_no_driver:1483 device_add:3639 device_del:3915 ' +
        'device_link_add:800 device_links_busy:1604 device_links_check_suppliers:1123 ' +
        'device_links_driver_bound:1368 device_links_driver_cleanup:1559 ' +
        'device_links_missing_supplier:1068 device_links_no_driver:1522 ' +
        'device_links_purge:1687 fw_devlink_drivers_done:1833 fw_devlink_link_device:2382 ' +
        'fw_devlink_no_driver:1823',
      'drivers/base/dd.c':
        '__device_attach:1068 __device_attach_async_helper:1032 __driver_attach:1232 ' +
        '__driver_attach_async_helper:1215 __driver_probe_device:827 call_driver_probe:621 ' +
        'deferred_probe_initcall:340 deferred_probe_timeout_work_func:301 ' +
        'deferred_probe_work_func:82 device_release_driver:1388 device_unbind_cleanup:593 ' +
        'driver_attach:1307 driver_bound:446 driver_deferred_probe_add:133 ' +
        'driver_deferred_probe_check_state:285 driver_deferred_probe_del:146 ' +
        'driver_deferred_probe_trigger:176 driver_probe_device:892 really_probe:652',
      'drivers/base/platform.c': 'platform_dma_configure:1472',
      'drivers/cdx/cdx.c': 'cdx_dma_configure:349',
      'drivers/iommu/dma-iommu.c': 'iommu_dma_init_domain:670 iommu_setup_dma_ops:2153',
      'drivers/iommu/intel/dmar.c': 'enable_drhd_fault_handling:2041',
      'drivers/iommu/intel/iommu.c':
        'intel_iommu_init:2576 intel_iommu_probe_device:3253 intel_iommu_probe_finalize:3350',
      'drivers/iommu/iommu.c':
        '__iommu_device_set_domain:2396 __iommu_group_free_device:727 ' +
        '__iommu_group_remove_device:751 __iommu_group_set_domain:149 ' +
        '__iommu_probe_device:627 __iommu_take_dma_ownership:3394 bus_iommu_probe:1954 ' +
        'dev_has_iommu:433 dev_iommu_free:417 dev_iommu_get:399 generic_device_group:1592 ' +
        'generic_single_device_group:1603 get_pci_function_alias_group:1499 ' +
        'iommu_bus_notifier:1815 iommu_deinit_device:549 iommu_device_claim_dma_owner:3453 ' +
        'iommu_device_register:289 iommu_device_register_bus:347 iommu_device_unregister:316 ' +
        'iommu_device_unuse_default_domain:3354 iommu_device_use_default_domain:3316 ' +
        'iommu_from_fwnode:3052 iommu_fwspec_add_ids:3112 iommu_fwspec_free:3101 ' +
        'iommu_fwspec_init:3073 iommu_get_default_domain_type:1879 ' +
        'iommu_group_add_device:1329 iommu_group_alloc:1072 ' +
        'iommu_group_alloc_default_domain:1758 iommu_group_do_probe_finalize:1946 ' +
        'iommu_group_get:1429 iommu_group_put:1461 iommu_group_ref_get:1447 ' +
        'iommu_group_remove_device:1354 iommu_init_device:469 iommu_mock_device_add:380 ' +
        'iommu_ops_from_fwnode:3066 iommu_probe_device:709 iommu_release_device:778 ' +
        'iommu_setup_default_domain:3148 pci_device_group:1623 probe_iommu_group:1801 ' +
        'remove_iommu_group:273',
      'drivers/iommu/iommufd/selftest.c': 'mock_dev_create:983',
      'drivers/iommu/iova.c': 'iova_domain_init_rcaches:714',
      'drivers/iommu/mtk_iommu.c': 'mtk_iommu_device_group:974',
      'drivers/iommu/of_iommu.c':
        'of_iommu_configure:114 of_iommu_configure_device:92 of_iommu_xlate:22',
      'drivers/iommu/virtio-iommu.c': 'viommu_probe_device:1020',
      'drivers/pci/pci-driver.c': 'pci_dma_configure:1692',
      'drivers/pci/pci.c': 'pci_acs_init:3681 pci_enable_acs:1005 pci_request_acs:874',
      'drivers/pci/probe.c': 'pci_scan_slot:2866',
      'kernel/dma/mapping.c': 'dma_set_coherent_mask:930 dma_set_mask:911',
      'kernel/locking/rwsem.c': 'down_read:1570 down_write:1627 up_read:1673 up_write:1684',
      'kernel/notifier.c': 'blocking_notifier_call_chain:368',
      'kernel/workqueue.c': 'flush_work:4392 process_one_work:3220',
      'lib/idr.c': 'ida_free:556',
      'lib/klist.c': 'klist_add_tail:134 klist_del:228 klist_next:375',
    },
  },
  '7.3': {
    release: '7.3.4',
    files: {
      'drivers/acpi/arm64/dma.c': 'acpi_arch_dma_setup:7',
      'drivers/acpi/riscv/rimt.c': 'rimt_iommu_configure_id:475',
      'drivers/acpi/viot.c': 'viot_iommu_configure:365',
      'drivers/amba/bus.c': 'amba_dma_configure:325',
      'drivers/base/bus.c':
        'bus_add_device:545 bus_add_driver:746 bus_for_each_dev:369 bus_for_each_drv:486 ' +
        'bus_notify:1093 bus_probe_device:630',
      'drivers/base/core.c':
        '__device_link_del:1006 __device_links_no_driver:1489 device_add:3645 device_del:3921 ' +
        'device_link_add:806 device_links_busy:1610 device_links_check_suppliers:1129 ' +
        'device_links_driver_bound:1374 device_links_driver_cleanup:1565 ' +
        'device_links_missing_supplier:1074 device_links_no_driver:1528 ' +
        'device_links_purge:1693 fw_devlink_drivers_done:1839 fw_devlink_link_device:2386 ' +
        'fw_devlink_no_driver:1829',
      'drivers/base/dd.c':
        '__device_attach:1101 __device_attach_async_helper:1065 __driver_attach:1240 ' +
        '__driver_attach_async_helper:1223 __driver_probe_device:828 call_driver_probe:622 ' +
        'deferred_probe_initcall:341 deferred_probe_timeout_work_func:302 ' +
        'deferred_probe_work_func:82 device_release_driver:1396 device_unbind_cleanup:594 ' +
        'driver_attach:1315 driver_bound:447 driver_deferred_probe_add:134 ' +
        'driver_deferred_probe_check_state:286 driver_deferred_probe_del:147 ' +
        'driver_deferred_probe_trigger:177 driver_probe_device:893 really_probe:653',
      'drivers/base/platform.c': 'platform_dma_configure:1540',
      'drivers/cdx/cdx.c': 'cdx_dma_configure:349',
      'drivers/iommu/dma-iommu.c': 'iommu_dma_init_domain:670 iommu_setup_dma_ops:2163',
      'drivers/iommu/intel/dmar.c': 'enable_drhd_fault_handling:2106',
      'drivers/iommu/intel/iommu.c':
        'intel_iommu_init:2592 intel_iommu_probe_device:3270 intel_iommu_probe_finalize:3370',
      'drivers/iommu/iommu.c':
        '__iommu_device_set_domain:2396 __iommu_group_free_device:727 ' +
        '__iommu_group_remove_device:751 __iommu_group_set_domain:149 ' +
        '__iommu_probe_device:627 __iommu_take_dma_ownership:3394 bus_iommu_probe:1954 ' +
        'dev_has_iommu:433 dev_iommu_free:417 dev_iommu_get:399 generic_device_group:1592 ' +
        'generic_single_device_group:1603 get_pci_function_alias_group:1499 ' +
        'iommu_bus_notifier:1815 iommu_deinit_device:549 iommu_device_claim_dma_owner:3453 ' +
        'iommu_device_register:289 iommu_device_register_bus:347 iommu_device_unregister:316 ' +
        'iommu_device_unuse_default_domain:3354 iommu_device_use_default_domain:3316 ' +
        'iommu_from_fwnode:3052 iommu_fwspec_add_ids:3112 iommu_fwspec_free:3101 ' +
        'iommu_fwspec_init:3073 iommu_get_default_domain_type:1879 ' +
        'iommu_group_add_device:1329 iommu_group_alloc:1072 ' +
        'iommu_group_alloc_default_domain:1758 iommu_group_do_probe_finalize:1946 ' +
        'iommu_group_get:1429 iommu_group_put:1461 iommu_group_ref_get:1447 ' +
        'iommu_group_remove_device:1354 iommu_init_device:469 iommu_mock_device_add:380 ' +
        'iommu_ops_from_fwnode:3066 iommu_probe_device:709 iommu_release_device:778 ' +
        'iommu_setup_default_domain:3148 pci_device_group:1623 probe_iommu_group:1801 ' +
        'remove_iommu_group:273',
      'drivers/iommu/iommufd/selftest.c': 'mock_dev_create:983',
      'drivers/iommu/iova.c': 'iova_domain_init_rcaches:717',
      'drivers/iommu/mtk_iommu.c': 'mtk_iommu_device_group:974',
      'drivers/iommu/of_iommu.c':
        'of_iommu_configure:114 of_iommu_configure_device:92 of_iommu_xlate:22',
      'drivers/iommu/virtio-iommu.c': 'viommu_probe_device:1020',
      'drivers/pci/pci-driver.c': 'pci_dma_configure:1692',
      'drivers/pci/pci.c': 'pci_acs_init:3729 pci_enable_acs:1028 pci_request_acs:897',
      'drivers/pci/probe.c': 'pci_scan_slot:2867',
      'kernel/dma/mapping.c': 'dma_set_coherent_mask:949 dma_set_mask:930',
      'kernel/locking/rwsem.c': 'down_read:1570 down_write:1627 up_read:1673 up_write:1684',
      'kernel/notifier.c': 'blocking_notifier_call_chain:368',
      'kernel/workqueue.c': 'flush_work:4466 process_one_work:3285',
      'lib/idr.c': 'ida_free:556',
      'lib/klist.c': 'klist_add_tail:135 klist_del:235 klist_next:383',
    },
  },
};
