// SPDX-License-Identifier: GPL-2.0-only
/*
 * serial.c - the log on a 16550 UART, for who watches a crash as it happens
 *
 * Nothing is touched until the command line names a port. A UART that stops taking characters is
 * given up for good: a log must not hold up a dump.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cpu.h"
#include "machine.h"

#define UART_DATA	0	/* with DLAB: divisor low */
#define UART_IER	1	/* with DLAB: divisor high */
#define UART_FCR	2
#define  FCR_ENABLE	0x07	/* and both FIFOs cleared */
#define UART_LCR	3
#define  LCR_8N1	0x03
#define  LCR_DLAB	0x80
#define UART_MCR	4
#define  MCR_DTR_RTS	0x03
#define UART_LSR	5
#define  LSR_THRE	0x20	/* room for a character */
#define  LSR_NONE	0xff	/* what an empty port reads as */

#define BASE_BAUD	115200u

/* Two characters at 110 baud, if a port read takes a microsecond. */
#define TRANSMIT_POLLS	200000u

static const uint16_t ports[] = { 0x3f8, 0x2f8, 0x3e8, 0x2e8 };	/* ttyS0 to ttyS3 */

static uint16_t port;	/* 0: closed */

bool machine_console_open(unsigned int number, uint32_t baud)
{
	uint32_t divisor = baud ? BASE_BAUD / baud : 0;
	uint16_t base;

	port = 0;
	if (number >= sizeof(ports) / sizeof(ports[0]) || divisor == 0 || divisor > 0xffff)
		return false;
	base = ports[number];
	if (inb(base + UART_LSR) == LSR_NONE)
		return false;

	outb(base + UART_IER, 0);
	outb(base + UART_LCR, LCR_8N1 | LCR_DLAB);
	outb(base + UART_DATA, divisor & 0xff);
	outb(base + UART_IER, divisor >> 8);
	outb(base + UART_LCR, LCR_8N1);
	outb(base + UART_FCR, FCR_ENABLE);
	outb(base + UART_MCR, MCR_DTR_RTS);
	port = base;
	return true;
}

static void transmit(char c)
{
	for (unsigned int i = 0; port && !(inb(port + UART_LSR) & LSR_THRE); i++)
		if (i == TRANSMIT_POLLS)
			port = 0;
	if (port)
		outb(port + UART_DATA, c);
}

void machine_console(const char *text, size_t size)
{
	for (size_t i = 0; i < size && port; i++) {
		if (text[i] == '\n')
			transmit('\r');
		transmit(text[i]);
	}
}
