/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stand-ins for the kernel's headers, as far as relay*.c use them: each name is
 * where the kernel has it, and does what it does there, on the machine of world.h.
 */
#ifndef LINUX_TYPES_H
#define LINUX_TYPES_H

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "world.h"

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef u64 phys_addr_t;
typedef u64 dma_addr_t;

#define U32_MAX		UINT32_MAX
#define SZ_1G		0x40000000
#define SZ_4G		0x100000000ull
#define PAGE_SHIFT	12
#define PAGE_SIZE	(1ul << PAGE_SHIFT)
#define PAGE_MASK	(~(PAGE_SIZE - 1))
#define MAX_PHYSMEM_BITS	46

#define __init
#define __iomem
#define __setup(name, function)		int (*kernel_setup)(char *) = function;
#define device_initcall(function)	int (*kernel_initcall)(void) = function;

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define IS_ALIGNED(x, a)	(((x) & ((__typeof__(x))(a) - 1)) == 0)
#define PAGE_ALIGN(at)		(((at) + PAGE_SIZE - 1) & PAGE_MASK)
#define PAGE_ALIGNED(at)	IS_ALIGNED((unsigned long)(at), PAGE_SIZE)
#define PHYS_PFN(at)		((unsigned long)((at) >> PAGE_SHIFT))
#define min_t(type, a, b)	((type)(a) < (type)(b) ? (type)(a) : (type)(b))
#define max(a, b)		((a) > (b) ? (a) : (b))
#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value)	(*(volatile __typeof__(x) *)&(x) = (value))

#define phys_to_virt(at)	world_virt(at)
#define virt_to_phys(at)	((phys_addr_t)world_phys(at))
#define __pa(at)		virt_to_phys(at)

#define pr_warn(format, ...)		world_log(pr_fmt(format), ##__VA_ARGS__)
#define pr_info(format, ...)		world_log(pr_fmt(format), ##__VA_ARGS__)
#define dev_info(device, format, ...)	world_log(format, ##__VA_ARGS__)

/* Locks are held by one at a time, and given back. */
typedef struct { int held; } spinlock_t;
struct mutex { int held; };

#define DEFINE_MUTEX(name)	struct mutex name
#define guard(kind) \
	struct kind *guarded __attribute__((cleanup(kind##_leave), unused)) = kind##_enter

static inline struct mutex *mutex_enter(struct mutex *mutex)
{
	world_must(!mutex->held++);
	return mutex;
}

static inline void mutex_leave(struct mutex **mutex)
{
	world_must(!--(*mutex)->held);
}

#define spin_lock_irqsave(lock, flags)		world_must(!(lock)->held++ && !(flags = 0))
#define spin_unlock_irqrestore(lock, flags)	world_must(!--(lock)->held && !flags)

struct list_head {
	struct list_head *next, *prev;
};

static inline void list_add_tail(struct list_head *entry, struct list_head *head)
{
	entry->next = head;
	entry->prev = head->prev;
	head->prev->next = entry;
	head->prev = entry;
}

static inline void list_del(struct list_head *entry)
{
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
}

static inline bool list_empty(const struct list_head *head)
{
	return head->next == head;
}

#define container_of(at, type, member)	((type *)((char *)(at) - offsetof(type, member)))
#define list_for_each_entry(entry, head, member)					\
	for (entry = container_of((head)->next, __typeof__(*entry), member);		\
	     &entry->member != (head);							\
	     entry = container_of(entry->member.next, __typeof__(*entry), member))

#endif /* LINUX_TYPES_H */
