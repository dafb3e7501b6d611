/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vtd.h - registers and table formats of a VT-d remapping unit
 *
 * Source: Intel Virtualization Technology for Directed I/O Architecture Specification (VT-d spec),
 * chapter 9 "Translation Structure Formats" and 11 "Register Descriptions". A register is its
 * offset, with its fields beneath.
 */
#ifndef VTD_H
#define VTD_H

#include <stdint.h>

#define VTD_BIT(n)		(1ull << (n))
#define VTD_BITS(high, low)	((~0ull >> (63 - (high))) & (~0ull << (low)))

/* ---- Registers (11.4) ---- */

#define VTD_VER			0x00	/* 32 bits */

#define VTD_CAP			0x08	/* 64 bits */
#define  VTD_CAP_ND(cap)	((cap) & 7)			/* 2^(4 + 2 ND) domain ids */
#define  VTD_CAP_RWBF		VTD_BIT(4)			/* write-buffer flush required */
#define  VTD_CAP_PLMR		VTD_BIT(5)
#define  VTD_CAP_PHMR		VTD_BIT(6)
#define  VTD_CAP_CM		VTD_BIT(7)			/* caches non-present entries */
#define  VTD_CAP_SAGAW(cap)	((cap) >> 8 & 0x1f)		/* bit n: n + 2 levels */
#define  VTD_CAP_MGAW(cap)	(((cap) >> 16 & 0x3f) + 1)	/* input address bits */
#define  VTD_CAP_FRO(cap)	(((cap) >> 24 & 0x3ff) * 16)	/* first fault record, bytes */
#define  VTD_CAP_SLLPS(cap)	((cap) >> 34 & 0xf)		/* bit 0: 2M, bit 1: 1G leaves */
#define  VTD_CAP_NFR(cap)	(((cap) >> 40 & 0xff) + 1)	/* fault records */
#define  VTD_CAP_DWD		VTD_BIT(54)			/* drains writes */
#define  VTD_CAP_DRD		VTD_BIT(55)			/* drains reads */
#define  VTD_CAP_FL1GP		VTD_BIT(56)			/* 1G first-level leaves */
#define  VTD_CAP_PI		VTD_BIT(59)			/* posted interrupts */
#define  VTD_CAP_FL5LP		VTD_BIT(60)			/* 5-level first-level paging */
#define  VTD_CAP_ESIRTPS	VTD_BIT(62)			/* SIRTP invalidates by itself */
#define  VTD_CAP_ESRTPS		VTD_BIT(63)			/* SRTP invalidates by itself */

#define VTD_ECAP		0x10	/* 64 bits */
#define  VTD_ECAP_C		VTD_BIT(0)			/* page walks snoop CPU caches */
#define  VTD_ECAP_QI		VTD_BIT(1)			/* queued invalidation */
#define  VTD_ECAP_DT		VTD_BIT(2)			/* device TLBs (ATS) */
#define  VTD_ECAP_IR		VTD_BIT(3)			/* interrupt remapping */
#define  VTD_ECAP_EIM		VTD_BIT(4)			/* x2APIC destinations */
#define  VTD_ECAP_PT		VTD_BIT(6)			/* pass-through contexts */
#define  VTD_ECAP_SC		VTD_BIT(7)			/* leaf SNP bit */
#define  VTD_ECAP_IRO(ecap)	(((ecap) >> 8 & 0x3ff) * 16)	/* IOTLB registers, bytes */
#define  VTD_ECAP_NEST		VTD_BIT(26)			/* nested translation */
#define  VTD_ECAP_PRS		VTD_BIT(29)			/* page requests */
#define  VTD_ECAP_PASID		VTD_BIT(40)			/* requests with a PASID */
#define  VTD_ECAP_SMTS		VTD_BIT(43)			/* scalable mode */
#define  VTD_ECAP_SLTS		VTD_BIT(46)			/* second-level in scalable mode */
#define  VTD_ECAP_FLTS		VTD_BIT(47)			/* first-level */

#define VTD_GCMD		0x18	/* 32 bits, write-only */
#define VTD_GSTS		0x1c	/* 32 bits, the same positions */
#define  VTD_G_CFI		(1u << 23)
#define  VTD_G_SIRTP		(1u << 24)	/* one-shot: set interrupt table pointer */
#define  VTD_G_IRE		(1u << 25)
#define  VTD_G_QIE		(1u << 26)
#define  VTD_G_WBF		(1u << 27)	/* one-shot: flush the write buffer; status 1 = busy */
#define  VTD_G_SRTP		(1u << 30)	/* one-shot: set root table pointer */
#define  VTD_G_TE		(1u << 31)
/* What GSTS tells that may be written back to GCMD: everything but the one-shots (11.4.4). */
#define  VTD_G_PERSISTENT	0x96ffffffu

#define VTD_RTADDR		0x20	/* 64 bits */
#define  VTD_RTADDR_ADDRESS	VTD_BITS(63, 12)
#define  VTD_RTADDR_TTM(v)	((v) >> 10 & 3)	/* translation table mode */
#define  VTD_TTM_LEGACY		0
#define  VTD_TTM_SCALABLE	1

#define VTD_CCMD		0x28	/* 64 bits: context-cache invalidation, register interface */
#define  VTD_CCMD_ICC		VTD_BIT(63)
#define  VTD_CCMD_GLOBAL	(1ull << 61)

#define VTD_FSTS		0x34	/* 32 bits */
#define  VTD_FSTS_PFO		(1u << 0)	/* primary fault overflow */
#define  VTD_FSTS_PPF		(1u << 1)	/* a fault record is pending */
#define  VTD_FSTS_IQE		(1u << 4)	/* invalidation queue error */
#define  VTD_FSTS_ICE		(1u << 5)	/* invalidation completion error */
#define  VTD_FSTS_ITE		(1u << 6)	/* invalidation time-out */
#define  VTD_FSTS_QUEUE		(VTD_FSTS_IQE | VTD_FSTS_ICE | VTD_FSTS_ITE)
#define  VTD_FSTS_CLEAR		(VTD_FSTS_PFO | VTD_FSTS_QUEUE)

#define VTD_FECTL		0x38	/* 32 bits */
#define  VTD_FECTL_IM		(1u << 31)	/* mask the fault interrupt */

#define VTD_IECTL		0xa0	/* 32 bits: interrupt when an invalidation is complete; IM as FECTL's */
#define VTD_PECTL		0xe0	/* 32 bits: interrupt when there are page requests; IM as FECTL's */

#define VTD_PMEN		0x64	/* 32 bits */
#define  VTD_PMEN_PRS		(1u << 0)	/* protected regions are on */
#define  VTD_PMEN_EPM		(1u << 31)

#define VTD_IQH			0x80	/* 64 bits; offset of the head, bytes */
#define VTD_IQT			0x88	/* 64 bits; offset of the tail, bytes */
#define  VTD_IQ_OFFSET		VTD_BITS(18, 4)
#define VTD_IQA			0x90	/* 64 bits */
#define  VTD_IQA_QS		7ull		/* 2^QS pages of descriptors */
#define  VTD_IQA_DW		VTD_BIT(11)	/* 256-bit descriptors: scalable mode */

#define VTD_IQERCD		0xb0	/* 64 bits: what the queue stopped at, or waits for */

#define VTD_IRTA		0xb8	/* 64 bits */
#define  VTD_IRTA_ADDRESS	VTD_BITS(63, 12)
#define  VTD_IRTA_EIME		VTD_BIT(11)
#define  VTD_IRTA_ENTRIES(v)	(2ull << ((v) & 0xf))

/* At ECAP.IRO */
#define VTD_IVA			0x00	/* 64 bits */
#define VTD_IOTLB		0x08	/* 64 bits: IOTLB invalidation, register interface */
#define  VTD_IOTLB_IVT		VTD_BIT(63)
#define  VTD_IOTLB_GLOBAL	(1ull << 60)
#define  VTD_IOTLB_DR		VTD_BIT(49)	/* drain reads */
#define  VTD_IOTLB_DW		VTD_BIT(48)	/* drain writes */

/* At CAP.FRO, 16 bytes each; F is bit 127 */
#define VTD_FRCD_SIZE		16
#define  VTD_FRCD_HIGH_F	VTD_BIT(63)

/* ---- Invalidation descriptors, 128 bits (6.5.2) ---- */

#define VTD_QI_CONTEXT_GLOBAL	(1ull | 1ull << 4)
#define VTD_QI_IOTLB_GLOBAL	(2ull | 1ull << 4)
#define  VTD_QI_IOTLB_DW	VTD_BIT(6)
#define  VTD_QI_IOTLB_DR	VTD_BIT(7)
#define VTD_QI_IEC_GLOBAL	4ull			/* interrupt entry cache, granularity 0 */
#define VTD_QI_PASID_GLOBAL	(7ull | 3ull << 4)	/* PASID cache */
#define VTD_QI_WAIT		5ull
#define  VTD_QI_WAIT_SW		VTD_BIT(5)		/* write the status word when reached */
#define  VTD_QI_WAIT_FN		VTD_BIT(6)		/* fence: only after all before it */
#define  VTD_QI_WAIT_DATA(v)	((uint64_t)(v) << 32)

/* ---- Root and context entries, legacy mode (9.1, 9.3) ---- */

#define VTD_ENTRIES		512	/* 8-byte entries a page-table page */
#define VTD_ROOT_SLOTS		512u	/* quadwords of a root table: two a bus */
#define VTD_CONTEXT_ENTRIES	256u	/* by devfn */

struct vtd_entry128 {
	uint64_t lo;
	uint64_t hi;
};

#define VTD_ROOT_P		VTD_BIT(0)
#define VTD_ROOT_CTP		VTD_BITS(63, 12)
#define VTD_ROOT_RESERVED	VTD_BITS(11, 1)		/* of lo; hi is reserved as a whole */

#define VTD_CTX_P		VTD_BIT(0)
#define VTD_CTX_FPD		VTD_BIT(1)		/* faults are not reported */
#define VTD_CTX_TT(lo)		((lo) >> 2 & 3)
#define  VTD_TT_SECOND_LEVEL	0
#define  VTD_TT_ATS		1			/* second-level, and device TLBs allowed */
#define  VTD_TT_PASS_THROUGH	2
#define VTD_CTX_TT_SHIFT	2
#define VTD_CTX_SLPTPTR		VTD_BITS(63, 12)
#define VTD_CTX_RESERVED_LO	VTD_BITS(11, 4)
#define VTD_CTX_AW(hi)		((hi) & 7)		/* AW + 2 levels, 30 + 9 AW bits */
#define VTD_CTX_AW_MASK		7ull
#define VTD_CTX_DID(hi)		((uint16_t)((hi) >> 8))
#define VTD_CTX_DID_SHIFT	8
#define VTD_CTX_DID_MASK	VTD_BITS(23, 8)
#define VTD_CTX_RESERVED_HI	(VTD_BIT(7) | VTD_BITS(63, 24))

#define VTD_AW_LEVELS(aw)	((aw) + 2)
#define VTD_AW_BITS(aw)		(30 + 9 * (aw))
#define VTD_AW_OF(bits)		(((bits) - 30) / 9)

/* ---- Scalable mode: root, context and PASID entries (9.2, 9.4, 9.5, 9.6) ---- */

/* The root entry's halves serve devfn 00-7f and 80-ff, each as VTD_ROOT_* above. */
#define VTD_SM_CONTEXT_ENTRIES	128u		/* a half */

struct vtd_sm_context {
	uint64_t q[4];
};

#define VTD_SMC_P		VTD_BIT(0)
#define VTD_SMC_FPD		VTD_BIT(1)
#define VTD_SMC_DTE		VTD_BIT(2)	/* device TLBs; wants ECAP.DT */
#define VTD_SMC_PASIDE		VTD_BIT(3)	/* requests with a PASID; wants ECAP.PASID */
#define VTD_SMC_PRE		VTD_BIT(4)	/* page requests; wants ECAP.PRS */
#define VTD_SMC_PDTS(q0)	((q0) >> 9 & 7)
#define VTD_SMC_DIR_ENTRIES(q0)	(128u << VTD_SMC_PDTS(q0))
#define VTD_SMC_PASIDDIRPTR	VTD_BITS(63, 12)
#define VTD_SMC_RESERVED_0	VTD_BITS(8, 5)
#define VTD_SMC_RID_PASID(q1)	((uint32_t)((q1) & 0xfffff))
#define VTD_SMC_RESERVED_1	VTD_BITS(63, 21)

#define VTD_PD_P		VTD_BIT(0)	/* PASID directory entry, 8 bytes */
#define VTD_PD_FPD		VTD_BIT(1)
#define VTD_PD_RESERVED		VTD_BITS(11, 2)
#define VTD_PD_TABLE		VTD_BITS(63, 12)

#define VTD_PASID_ENTRIES	64u		/* a PASID table */

struct vtd_pasid {
	uint64_t q[8];
};

#define VTD_PE_P		VTD_BIT(0)	/* q[0] */
#define VTD_PE_FPD		VTD_BIT(1)
#define VTD_PE_AW(q0)		((q0) >> 2 & 7)
#define VTD_PE_AW_SHIFT		2
#define VTD_PE_PGTT(q0)		((q0) >> 6 & 7)
#define VTD_PE_PGTT_SHIFT	6
#define  VTD_PGTT_FIRST_LEVEL	1
#define  VTD_PGTT_SECOND_LEVEL	2
#define  VTD_PGTT_NESTED	3
#define  VTD_PGTT_PASS_THROUGH	4
#define VTD_PE_SLPTPTR		VTD_BITS(63, 12)
#define VTD_PE_DID(q1)		((uint16_t)(q1))	/* q[1] */
#define VTD_PE_DID_MASK		0xffffull
#define VTD_PE_FLPM(q2)		((q2) >> 2 & 3)	/* q[2]: 0 = 4 levels, 1 = 5 */
#define VTD_PE_FLPM_SHIFT	2
#define VTD_PE_FLPTPTR		VTD_BITS(63, 12)

/* ---- First-level paging entries (9.7) ---- */

#define VTD_FL_P		VTD_BIT(0)
#define VTD_FL_RW		VTD_BIT(1)
#define VTD_FL_US		VTD_BIT(2)
#define VTD_FL_A		VTD_BIT(5)
#define VTD_FL_D		VTD_BIT(6)
#define VTD_FL_PS		VTD_BIT(7)		/* above level 1 */
#define VTD_FL_PAT		VTD_BIT(7)		/* at level 1 */
#define VTD_FL_SUPERPAGE_PAT	VTD_BIT(12)		/* above */
#define VTD_FL_XD		VTD_BIT(63)
#define VTD_FL_ADDRESS		VTD_BITS(51, 12)

/* ---- Second-level paging entries (9.8) ---- */

#define VTD_SL_R		VTD_BIT(0)
#define VTD_SL_W		VTD_BIT(1)
#define VTD_SL_X		VTD_BIT(2)		/* execute: ignored where not supported */
#define VTD_SL_PS		VTD_BIT(7)		/* a leaf above level 1 */
#define VTD_SL_A		VTD_BIT(8)		/* ignored without ECAP.SLADS */
#define VTD_SL_D		VTD_BIT(9)
#define VTD_SL_SNP		VTD_BIT(11)
#define VTD_SL_TM		VTD_BIT(62)
#define VTD_SL_ADDRESS		VTD_BITS(51, 12)

/* Ignored by hardware at all levels of both formats: ours. */
#define VTD_PT_HOLE		VTD_BIT(52)
/* ... with scratch in the place of a leaf that led to the IOVA's own address, in the crash region. */
#define VTD_PT_SELF		VTD_BIT(53)

/* ---- Interrupt remapping table entries (9.10, 9.11) ---- */

#define VTD_IRTE_P		VTD_BIT(0)
#define VTD_IRTE_FPD		VTD_BIT(1)
#define VTD_IRTE_POSTED		VTD_BIT(15)
#define VTD_IRTE_RESERVED_LO	(VTD_BITS(14, 12) | VTD_BITS(31, 24))
#define VTD_IRTE_SVT(hi)	((hi) >> 18 & 3)	/* 3 is reserved */
#define VTD_IRTE_RESERVED_HI	VTD_BITS(63, 20)
#define VTD_IRTE_PDA_LOW	VTD_BITS(63, 38)	/* posted: descriptor address 31:6 */
#define VTD_IRTE_PDA_HIGH	VTD_BITS(63, 32)	/* of hi: descriptor address 63:32 */
#define VTD_IRTE_POSTED_RESERVED_LO (VTD_BITS(7, 2) | VTD_BITS(13, 12) | VTD_BITS(37, 24))
#define VTD_IRTE_POSTED_RESERVED_HI VTD_BITS(31, 20)

/* Not present, faults muted: what a bad interrupt entry becomes. */
static const struct vtd_entry128 vtd_irte_blocked = { VTD_IRTE_FPD, 0 };

#endif /* VTD_H */
