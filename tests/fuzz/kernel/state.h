/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * state.h - included before relay.c: what it keeps for as long as the kernel runs goes into a section
 * of its own, which driver_begin() clears; a fuzz target boots many kernels
 */
#pragma clang section bss = "relay_state"
