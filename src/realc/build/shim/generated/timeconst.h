/* SPDX-License-Identifier: GPL-2.0-only */
/* Time constants for HZ=100, as timeconst.bc computes them. */
#define HZ_TO_MSEC_MUL32 0xA0000000ULL
#define HZ_TO_MSEC_ADJ32 0
#define HZ_TO_MSEC_SHR32 28
#define MSEC_TO_HZ_MUL32 0xCCCCCCCDULL
#define MSEC_TO_HZ_ADJ32 0x733333333ULL
#define MSEC_TO_HZ_SHR32 35
#define HZ_TO_MSEC_NUM 10
#define HZ_TO_MSEC_DEN 1
#define MSEC_TO_HZ_NUM 1
#define MSEC_TO_HZ_DEN 10
#define HZ_TO_USEC_NUM 10000
#define HZ_TO_USEC_DEN 1
#define USEC_TO_HZ_NUM 1
#define USEC_TO_HZ_DEN 10000
#define HZ_TO_NSEC_NUM 10000000
#define HZ_TO_NSEC_DEN 1
#define NSEC_TO_HZ_NUM 1
#define NSEC_TO_HZ_DEN 10000000
